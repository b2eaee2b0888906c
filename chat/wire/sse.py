"""Server-sent events, for `EventSource` and every other reader of `text/event-stream`."""

from chat.events import Batch
from chat.wire.event_json import event_json, events_with_ids

CONTENT_TYPE = "text/event-stream"

RETRY = b"retry: 2000\n"
"""Milliseconds until an `EventSource` whose connection was lost comes back; its own default is 3 s or 5 s."""
KEEP_ALIVE = b": keep-alive\n"
"""A comment and one newline: a second would end an empty block, which some clients report as a message."""


def encode(batch: Batch, *, first: bool = False) -> bytes:
    """The batch as one write; `first` until the first batch with events was written."""
    if not batch.events:
        return KEEP_ALIVE
    if len(batch.events) == 1 and not first:
        return block(event_json(batch.events[0]), batch.id)
    parts = [block(event_json(event), event_id) for event, event_id in events_with_ids(batch)]
    if first:
        parts[0] = parts[0][:-1] + RETRY + b"\n"
    return b"".join(parts)


def block(data: bytes, event_id: str | None = None) -> bytes:
    """One block: the data first, so that a client cut between the two has not adopted an id without it."""
    if event_id is None:
        return b"data: %b\n\n" % data
    return b"data: %b\nid: %b\n\n" % (data, event_id.encode("ascii"))


class Encoder:
    """Writes one stream: says once, with its first events, how soon to come back."""

    def __init__(self) -> None:
        self._first = True

    def encode(self, batch: Batch) -> bytes:
        written = encode(batch, first=self._first)
        self._first = self._first and not batch.events
        return written
