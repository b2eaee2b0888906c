"""The events of many replies and conversations in one stream of server-sent events.

One `id:` line could not be the position of several replies, so each event carries its own as a field, as
on the WebSocket, and there is no such line.
"""

from typing import Any

from chat.events import Batch
from chat.wire.event_json import encode_json, event_json, events_with_ids, one_line
from chat.wire.sse import KEEP_ALIVE, RETRY, block

OPENING = RETRY + KEEP_ALIVE
"""Written at once: a client knows that it is connected by the first byte that arrives."""


def encode(batch: Batch) -> bytes:
    """The batch as one write."""
    if not batch.events:
        return KEEP_ALIVE
    return b"".join(block(event_json(event, event_id)) for event, event_id in events_with_ids(batch))


def refusal(reply: str, error: dict[str, Any]) -> bytes:
    """A reply that cannot be followed, by the name that the client gave it; the stream goes on."""
    return block(one_line(encode_json({"type": "error", "reply": reply, "error": error})))
