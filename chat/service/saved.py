"""One message as saved now, for its owner; and the `end` that it would be told by."""

from typing import Any

from chat.access.descriptions import describe_message
from chat.access.rows import message_for
from chat.auth.caller import Caller
from chat.database import in_database
from chat.events import End


async def read_message(caller: Caller, message_id: str) -> dict[str, Any]:
    """The message as JSON. A reply that runs has the text of its last checkpoint."""
    return await in_database(lambda: describe_message(message_for(caller.user_id, message_id)))


async def saved_end(caller: Caller, reply: str) -> End:
    """The `end` of a reply whose follower had it already and asks all the same."""
    message = await read_message(caller, reply)
    return End(
        reply=reply,
        status=message["status"],
        finish_reason=message["finish_reason"],
        length=len(message["content"]),
        usage=message["usage"],
        error=message["error"],
    )
