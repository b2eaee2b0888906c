"""Following somebody else's running reply: admitted and logged by the audited reader, unseen by the reply."""

from typing import Any

from chat.audit import Actor
from chat.auth.caller import Caller
from chat.database import in_database
from chat.engine import position as event_ids
from chat.engine.cursor import Cursor
from chat.errors import BadRequest
from chat.review import reader
from chat.service.following import Following
from chat.service.replies import follow_reply
from chat.service.runtime import runtime


async def follow_reviewed(
    caller: Caller,
    conversation_id: Any,
    reply_id: Any,
    *,
    last_event_id: str | None = None,
    reason: str | None = None,
) -> Following:
    """A reply of a conversation that this caller may review, from its beginning or right after a position.

    It neither keeps the reply running nor ends it: what its owner has is the same as if nobody looked on.
    """
    here = await runtime()
    actor = Actor(caller.user_id, "admin")
    reply = await in_database(reader.follow, actor, conversation_id, reply_id, reason=reason)
    position = None if last_event_id is None else event_ids.decode(last_event_id)
    if position is not None and position.reply != reply:
        raise BadRequest("This Last-Event-ID is of another reply.", param="Last-Event-ID")
    return await follow_reply(here, caller, reply, Cursor(position), render=True, unseen=True)
