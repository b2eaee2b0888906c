"""Events as WebSocket text frames."""

from chat.events import Batch
from chat.wire.event_json import event_json, events_with_ids


def encode(batch: Batch) -> list[str]:
    """A frame per event; none for a keep-alive, since a WebSocket has pings of its own."""
    return [event_json(event, event_id).decode() for event, event_id in events_with_ids(batch)]
