"""One conversation or message of one user, or `NotFound`."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from chat.access.running_text import read_pieces
from chat.errors import NotFound
from chat.models import Attachment, Conversation, Message


def as_uuid(text: Any, what: str) -> UUID:
    """The id that `text` spells. What is no id names nothing: `NotFound`."""
    if isinstance(text, UUID):
        return text
    try:
        return UUID(text)
    except (ValueError, AttributeError, TypeError):
        raise no_such(what) from None


def no_such(what: str) -> NotFound:
    return NotFound(f"There is no such {what}, or it is not yours.")


def conversations_of(user_id: int) -> QuerySet[Conversation]:
    """What this user may see of the conversations."""
    return Conversation.objects.filter(owner_id=user_id, deleted__isnull=True)


def conversation_for(user_id: int, conversation_id: Any) -> Conversation:
    key = as_uuid(conversation_id, "conversation")
    found = conversations_of(user_id).filter(id=key).first()
    if found is None:
        raise no_such("conversation")
    return found


def locked_conversation_for(user_id: int, conversation_id: Any) -> Conversation:
    """The same, locked until the transaction ends: asking, changing branches and deleting take turns.

    Not against rows that only name it: a reply that ends holds its own lock when it notes the change, and
    who deletes it holds this one and waits for that.
    """
    key = as_uuid(conversation_id, "conversation")
    found = conversations_of(user_id).filter(id=key).select_for_update(no_key=True).first()
    if found is None:
        raise no_such("conversation")
    return found


def messages_of(user_id: int) -> QuerySet[Message]:
    return Message.objects.filter(
        conversation__owner_id=user_id, conversation__deleted__isnull=True, deleted__isnull=True
    )


def answers_to(message: Message) -> QuerySet[Message]:
    """What stands below it."""
    return Message.objects.filter(parent=message, deleted__isnull=True)


def message_for(user_id: int, message_id: Any) -> Message:
    """A message as saved now, with its completion and feedback."""
    key = as_uuid(message_id, "message")
    pieces = read_pieces(completion__message=key, completion__message__conversation__owner=user_id)
    rows = messages_of(user_id).select_related("completion", "feedback").prefetch_related(their_attachments())
    found = rows.filter(id=key).first()
    if found is None:
        raise no_such("message")
    pieces.join([found])
    return found


def their_attachments() -> "Prefetch[Any]":
    """For `prefetch_related` of messages: what is shown of the files, without their texts. One query."""
    return Prefetch("attachments", queryset=Attachment.objects.defer("text"))


def attachments_of(user_id: int) -> QuerySet[Attachment]:
    """The files that this user gave: those not yet sent, and those of messages that are there."""
    sent = Q(message__conversation__deleted__isnull=True, message__deleted__isnull=True)
    return Attachment.objects.filter(Q(message__isnull=True) | sent, owner_id=user_id)


def attachment_for(user_id: int, attachment_id: Any) -> Attachment:
    """The row of a file, without its text."""
    key = as_uuid(attachment_id, "attachment")
    found = attachments_of(user_id).filter(id=key).defer("text").first()
    if found is None:
        raise no_such("attachment")
    return found
