"""Make and change conversations."""

from typing import Any
from uuid import UUID

from django.db import transaction

from chat.access.descriptions import describe_conversation
from chat.access.rows import answers_to, as_uuid, locked_conversation_for, messages_of, no_such
from chat.digest.stale import note_change
from chat.errors import BadRequest
from chat.models import Conversation, Message
from chat.models.conversation import TitleSource
from chat.models.message import Role
from chat.search import waiting


@transaction.atomic
def make_conversation(
    user_id: int,
    *,
    title: str = "",
    model: str = "",
    system_prompt: str = "",
    params: dict[str, Any] | None = None,
    temporary: bool = False,
) -> dict[str, Any]:
    conversation = Conversation.objects.create(
        owner_id=user_id,
        title=title,
        title_source=TitleSource.PERSON if title else TitleSource.QUESTION,
        model=model,
        system_prompt=system_prompt,
        params=params or {},
        temporary=temporary,
    )
    waiting.note(title_of=conversation.id)
    note_change(conversation.id)
    return describe_conversation(conversation)


@transaction.atomic
def change_conversation(user_id: int, conversation_id: Any, changes: dict[str, Any]) -> dict[str, Any]:
    """Set `title`, `pinned`, `archived`, `model`, `system_prompt`, `params` or `active`; as it is then."""
    conversation = locked_conversation_for(user_id, conversation_id)
    changes = dict(changes)
    if "active" in changes:
        changes["active"] = _reply_of(conversation, changes["active"])
    if "title" in changes:
        changes["title_source"] = TitleSource.PERSON
    for name, value in changes.items():
        setattr(conversation, name, value)
    if changes:
        conversation.save(update_fields=list(changes))
    if "title" in changes:
        waiting.note(title_of=conversation.id)
    return describe_conversation(conversation)


def _reply_of(conversation: Conversation, message_id: Any) -> Message:
    message = messages_of(conversation.owner_id).filter(id=as_uuid(message_id, "message")).first()
    if message is None:
        raise no_such("message")
    # A question whose replies were deleted is an end too.
    is_end = message.role != Role.USER or not answers_to(message).exists()
    if message.conversation_id != conversation.id or not is_end:
        raise BadRequest("The end of a branch is a reply of this conversation.", param="active")
    return message


@transaction.atomic
def set_made_title(conversation_id: UUID, title: str) -> bool:
    """Give the title that the model made, unless a person gave one meanwhile."""
    rows = Conversation.objects.filter(
        id=conversation_id, title_source=TitleSource.QUESTION, deleted__isnull=True
    )
    if not rows.update(title=title, title_source=TitleSource.MODEL):
        return False
    waiting.note(title_of=conversation_id)
    return True
