"""What the rules of each format read back is what was written: SSE, NDJSON and WebSocket frames."""

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from chat.events import KEEP_ALIVE, Batch, Block, Changed, Delta, End, Event, Queue, Reasoning, Start, Title
from chat.wire import frames, ndjson, sse

REPLY = "0199e3f0-0000-7000-8000-000000000001"

texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('\r\n\u0085\u2028\u2029\0"\\:'))
lengths = st.integers(0, 10**6)
positioned = (
    st.builds(Start, texts, st.none() | texts, st.just(REPLY), texts)
    | st.builds(Delta, st.just(REPLY), lengths, texts)
    | st.builds(Reasoning, st.just(REPLY), lengths, texts)
    | st.builds(Block, st.just(REPLY), lengths, lengths, lengths, texts)
    | st.builds(End, st.just(REPLY), st.just("complete"), st.none() | texts, lengths, st.none(), st.none())
)
positionless = (
    st.builds(Title, texts, texts) | st.builds(Changed, texts) | st.builds(Queue, st.just(REPLY), lengths)
)
ids = st.text("abcXYZ019-_.", min_size=1)
with_position = st.builds(
    lambda lead, last, event_id: Batch((*lead, last), event_id),
    st.lists(positioned | positionless, max_size=3),
    positioned,
    ids,
)
without_position = st.lists(positionless, min_size=1, max_size=2).map(lambda events: Batch(tuple(events)))
batches = st.lists(with_position | without_position | st.just(KEEP_ALIVE), max_size=6)


def plain(event: Event) -> dict[str, Any]:
    return {"type": event.type} | msgspec.structs.asdict(event)


def expected(written: list[Batch]) -> list[tuple[dict[str, Any], str | None]]:
    """Every event with the id that belongs to it: the last of each batch has the batch's."""
    return [
        (plain(event), batch.id if event is batch.events[-1] else None)
        for batch in written
        for event in batch.events
    ]


class ReferenceParser:
    """The standard's own rules (HTML, 9.2.6 "Interpreting an event stream"), to the letter."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str | None]] = []
        """Data, and the id that its block set, if it set one."""
        self.retry: list[int] = []
        self.last_event_id = ""

    def read(self, stream: bytes) -> "ReferenceParser":
        text = stream.decode().removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        data: list[str] = []
        own_id: str | None = None
        for line in text.split("\n")[:-1]:
            if line == "":
                if own_id is not None:
                    self.last_event_id = own_id
                if data:
                    self.messages.append(("\n".join(data), own_id))
                data, own_id = [], None
                continue
            if line.startswith(":"):
                continue
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "data":
                data.append(value)
            elif field == "id" and "\0" not in value:
                own_id = value
            elif field == "retry" and value.isdecimal():
                self.retry.append(int(value))
        return self


@given(batches)
def test_the_standards_rules_read_back_what_sse_wrote(written: list[Batch]) -> None:
    stream, first = b"", True
    for batch in written:
        stream += sse.encode(batch, first=first)
        first = first and not batch.events
    parser = ReferenceParser().read(stream)
    assert [(json.loads(data), event_id) for data, event_id in parser.messages] == expected(written)
    positions = [batch.id for batch in written if batch.id is not None]
    assert parser.last_event_id == (positions[-1] if positions else "")
    assert parser.retry == ([2000] if any(batch.events for batch in written) else [])


@given(batches)
def test_every_ndjson_line_is_an_event_or_a_ping(written: list[Batch]) -> None:
    stream = b"".join(map(ndjson.encode, written)).decode()
    lines = [json.loads(line) for line in stream.splitlines()]
    events = [(line, line.pop("id", None)) for line in lines if line != {"type": "ping"}]
    assert events == expected(written)
    assert len(lines) - len(events) == written.count(KEEP_ALIVE)


@given(batches)
def test_every_frame_is_an_event(written: list[Batch]) -> None:
    read = [json.loads(frame) for batch in written for frame in frames.encode(batch)]
    assert [(event, event.pop("id", None)) for event in read] == expected(written)


def test_sse_is_written_as_documented() -> None:
    begun = Batch((Start("c", "q", "r", "demo"), Delta("r", 0, "a\u2028b")), "pos")
    assert sse.encode(begun, first=True) == (
        b'data: {"type":"start","conversation":"c","request":"q","reply":"r","model":"demo"}\n'
        b"retry: 2000\n\n"
        b'data: {"type":"delta","reply":"r","offset":0,"text":"a\\u2028b"}\nid: pos\n\n'
    )
    assert (
        sse.encode(Batch((Title("c", "T"),))) == b'data: {"type":"title","conversation":"c","title":"T"}\n\n'
    )


def test_a_keep_alive_is_no_block() -> None:
    assert sse.encode(KEEP_ALIVE, first=True) == b": keep-alive\n"
    assert frames.encode(KEEP_ALIVE) == []
