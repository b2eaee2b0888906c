"""One conversation or message of one user, or `NotFound`."""

from typing import Any, Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import IntegerField, Prefetch, Q, QuerySet, UUIDField

from chat.access.running_text import read_pieces
from chat.errors import NotFound
from chat.models import Attachment, Conversation, Message
from chat.statements import Param, Select


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
    row = _locked.row(user=user_id, key=as_uuid(conversation_id, "conversation"))
    if row is None:
        raise no_such("conversation")
    return Conversation.from_db(DEFAULT_DB_ALIAS, _OF_CONVERSATION, row)


def active_of(conversation: Conversation) -> Message | None:
    """The end of its active branch."""
    row = None if conversation.active_id is None else _message.row(key=conversation.active_id)
    return None if row is None else Message.from_db(DEFAULT_DB_ALIAS, _OF_MESSAGE, row)


# Each further question asks for these two: by Django's own way they took half of its transaction.
_OF_CONVERSATION: Final = [field.attname for field in Conversation._meta.concrete_fields]
_OF_MESSAGE: Final = [field.attname for field in Message._meta.concrete_fields]
_KEY: Final = Param("key", UUIDField())
_locked = Select(
    lambda: (
        Conversation.objects.select_for_update(no_key=True)
        .filter(id=_KEY, owner_id=Param("user", IntegerField()), deleted__isnull=True)
        .values_list(*_OF_CONVERSATION)
    )
)
_message = Select(lambda: Message.objects.filter(id=_KEY).values_list(*_OF_MESSAGE))


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
