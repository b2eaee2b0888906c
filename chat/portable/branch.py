"""The one branch of a tree that a document shows."""

from collections.abc import Sequence
from typing import Any

Message = dict[str, Any]


def branch_to(messages: Sequence[Message], active: str | None) -> list[Message]:
    """From the first question to `active`; where that is None or unknown, to the newest message.

    `messages` come as the conversation lists them: parents before children.
    """
    if not messages:
        return []
    by_id = {message["id"]: message for message in messages}
    message = by_id.get(active or "", messages[-1])
    path = [message]
    while message["parent"] in by_id:
        message = by_id[message["parent"]]
        path.append(message)
    path.reverse()
    return path
