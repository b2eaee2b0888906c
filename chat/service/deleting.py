"""Delete and bring back: what is hidden is gone for everybody at once, and what runs in it is stopped."""

from typing import Any

from chat.access.rows import as_uuid
from chat.actions import deleting
from chat.auth.caller import Caller
from chat.database import in_database
from chat.service.listeners import tell_changed
from chat.service.replies import stop_deleted
from chat.service.requests import Restore, decode
from chat.service.runtime import runtime


async def delete_conversation(caller: Caller, conversation_id: str) -> None:
    """Hide it, then stop what runs. It can be brought back for some minutes, and the rows go after that."""
    here = await runtime()
    running = await in_database(deleting.hide_conversation, caller.user_id, conversation_id)
    here.tell_changed(caller.user_id, as_uuid(conversation_id, "conversation"))
    await stop_deleted(here, running)


async def restore_conversation(caller: Caller, conversation_id: str) -> dict[str, Any]:
    """Bring a deleted one back, with its replies stopped as they were."""
    found = await in_database(deleting.restore_conversation, caller.user_id, conversation_id)
    await tell_changed(caller.user_id, found["id"])
    return found


async def delete_message(caller: Caller, message_id: str) -> int:
    """Hide a message and all below it, then stop what runs there; how many messages they were."""
    here = await runtime()
    hidden = await in_database(deleting.hide_message, caller.user_id, message_id)
    here.tell_changed(caller.user_id, hidden.conversation)
    await stop_deleted(here, hidden.running)
    return hidden.messages


async def restore_message(
    caller: Caller, message_id: str, body: dict[str, Any] | bytes = b"{}"
) -> dict[str, Any]:
    """Bring back what was deleted with it; the message."""
    fields = decode(Restore, body)
    message = await in_database(deleting.restore_message, caller.user_id, message_id, fields.active)
    await tell_changed(caller.user_id, message["conversation"])
    return message
