"""An event as one line of JSON, the same in every form that carries our own events."""

from collections.abc import Iterator

import msgspec

from chat.events import Batch, Event

encode_json = msgspec.json.Encoder().encode

_LINE_BREAKS = (("\u0085", b"\\u0085"), ("\u2028", b"\\u2028"), ("\u2029", b"\\u2029"))
_ESCAPES = [(character.encode(), escape) for character, escape in _LINE_BREAKS]


def events_with_ids(batch: Batch) -> Iterator[tuple[Event, str | None]]:
    """Each event with the id that it carries: only the last of a write has the new position.

    An id on an earlier event would be one that the client adopts before it has the rest of the write.
    """
    last = len(batch.events) - 1
    for index, event in enumerate(batch.events):
        yield event, batch.id if index == last else None


def event_json(event: Event, event_id: str | None = None) -> bytes:
    """The event as JSON on one line, with `id` as its last field where given."""
    json = one_line(encode_json(event))
    return json if event_id is None else b'%b,"id":"%b"}' % (json[:-1], event_id.encode("ascii"))


def one_line(json: bytes) -> bytes:
    """The same JSON without the characters that some readers of lines break at (U+0085, U+2028, U+2029).

    They can only be inside its strings, where an escape stands for them.
    """
    if not json.isascii():
        for character, escape in _ESCAPES:
            json = json.replace(character, escape)
    return json
