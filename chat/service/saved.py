"""One message as saved now, for its owner."""

from typing import Any

from chat.access.descriptions import describe_message
from chat.access.rows import message_for
from chat.auth.caller import Caller
from chat.database import in_database


async def read_message(caller: Caller, message_id: str) -> dict[str, Any]:
    """The message as JSON. A reply that runs has the text of its last checkpoint."""
    return await in_database(lambda: describe_message(message_for(caller.user_id, message_id)))
