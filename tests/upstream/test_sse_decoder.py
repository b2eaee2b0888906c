"""The decoder of event streams, on the rules of the standard and on cuts anywhere."""

from itertools import cycle, islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import UpstreamError
from chat.upstream.sse_decoder import MAX_EVENT_BYTES, SSEDecoder


def decoded(*reads: bytes) -> list[bytes]:
    decoder = SSEDecoder()
    return [event for read in reads for event in decoder.feed(read)]


@pytest.mark.parametrize("eol", [b"\n", b"\r", b"\r\n"])
def test_every_line_ending_ends_a_line(eol: bytes) -> None:
    assert decoded(eol.join([b"data: one", b"", b"data:two", b"", b""])) == [b"one", b"two"]


def test_lines_of_data_are_joined_and_one_space_is_removed() -> None:
    assert decoded(b"data:  a\ndata\ndata:b\n\n") == [b" a\n\nb"]


def test_comments_other_fields_and_unknown_ones_are_ignored() -> None:
    stream = b": hello\nevent: add\nid: 1\nretry: 5\nnonsense\ndatabase: no\ndata: yes\n\n: bye\n\n"
    assert decoded(stream) == [b"yes"]


def test_an_event_without_data_is_none() -> None:
    assert decoded(b"event: ping\n\n\n\ndata: x\n\n") == [b"x"]


def test_a_byte_order_mark_is_skipped_also_when_it_comes_in_pieces() -> None:
    assert decoded(b"\xef\xbb\xbfdata: x\n\n") == [b"x"]
    assert decoded(b"\xef", b"\xbb", b"\xbfdata: x\n\n") == [b"x"]
    assert decoded(b"\xef\xbb", b"data: x\n\ndata: y\n\n") == [b"y"]


def test_an_end_of_line_split_between_reads_is_one() -> None:
    assert decoded(b"data: a\r", b"\n\r", b"\ndata: b\r", b"\r") == [b"a", b"b"]


def test_what_is_no_event_among_plain_ones_is_none() -> None:
    plain = b"data: a\n\n"
    assert decoded(plain, plain + b"id: 1\n\n" + plain, b"data: b\nda", b"ta: c\n\n" + plain) == [
        *(b"a", b"a", b"a", b"b\nc", b"a")
    ]


def test_an_event_that_is_not_ended_is_handed_on_only_at_the_end() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b"data: a\n\ndata: b\ndata: c") == [b"a"]
    assert decoder.finish() == [b"b\nc"]
    assert decoder.finish() == []


@pytest.mark.parametrize("read", [b"x" * 65536, b"data: " + b"x" * 65536 + b"\n"])
def test_what_never_ends_is_refused(read: bytes) -> None:
    with pytest.raises(UpstreamError) as refused:
        decoded(*[read] * (MAX_EVENT_BYTES // 65536 + 2))
    assert refused.value.code == "upstream_malformed"


@given(
    events=st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), min_size=1)),
    eol=st.sampled_from(["\n", "\r", "\r\n"]),
    before=st.lists(
        st.sampled_from(["data: ", "data: ", "data:", ": comment\ndata: ", "\ndata: "]), min_size=1
    ),
    cuts=st.lists(st.integers(min_value=0, max_value=400)),
)
def test_cuts_anywhere_change_nothing(
    events: list[str], eol: str, before: list[str], cuts: list[int]
) -> None:
    """Whether all events are written in the plainest way, some, or none."""
    events = [event.lstrip(" ") for event in events]
    starts = islice(cycle(before), len(events))
    written = (f"{start}{event}\n\n" for start, event in zip(starts, events, strict=True))
    stream = "".join(written).replace("\n", eol).encode()
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    reads = [stream[start:end] for start, end in pairwise(edges)]
    assert decoded(*reads) == [event.encode() for event in events]
