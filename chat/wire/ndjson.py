"""One event a line, as JSON: for programs that would rather not parse server-sent events."""

from chat.events import Batch
from chat.wire.event_json import event_json, events_with_ids

CONTENT_TYPE = "application/x-ndjson"

KEEP_ALIVE = b'{"type":"ping"}\n'


def encode(batch: Batch) -> bytes:
    """The batch as one write of whole lines; the position is the field `id` of the last."""
    if not batch.events:
        return KEEP_ALIVE
    return b"".join(event_json(event, event_id) + b"\n" for event, event_id in events_with_ids(batch))
