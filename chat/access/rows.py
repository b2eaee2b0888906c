"""One conversation or message of one user, or `NotFound`."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from chat.access.running_text import read_pieces
from chat.errors import NotFound
from chat.models import Conversation, Message


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
    """The same, locked until the transaction ends: asking, changing branches and deleting take turns."""
    key = as_uuid(conversation_id, "conversation")
    found = conversations_of(user_id).filter(id=key).select_for_update().first()
    if found is None:
        raise no_such("conversation")
    return found


def messages_of(user_id: int) -> QuerySet[Message]:
    return Message.objects.filter(conversation__owner_id=user_id, conversation__deleted__isnull=True)


def message_for(user_id: int, message_id: Any) -> Message:
    """A message as saved now, with its completion and feedback."""
    key = as_uuid(message_id, "message")
    pieces = read_pieces(completion__message=key)
    found = messages_of(user_id).filter(id=key).select_related("completion", "feedback").first()
    if found is None:
        raise no_such("message")
    pieces.join([found])
    return found
