"""The forms that speak another language than ours: plain text, and OpenAI's chunks."""

import json
from typing import Any

import pytest

from chat.events import KEEP_ALIVE, Batch, Delta, End, Queue, Reasoning, Start, Title
from chat.wire import openai, text
from chat.wire.restart import StartedAgain

REPLY = "0199e3f0-0000-7000-8000-000000000001"
START = Start("c", "q", REPLY, "demo")
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


def delta(offset: int, piece: str) -> Delta:
    return Delta(REPLY, offset, piece)


def end(status: Any = "complete", finish_reason: str | None = "stop", error: Any = None) -> End:
    return End(REPLY, status, finish_reason, 5, USAGE, error)


def blocks(stream: bytes) -> list[Any]:
    """The data of each SSE block, read where it is JSON."""
    data = [block.split("\n")[0].removeprefix("data: ") for block in stream.decode().split("\n\n")[:-1]]
    return [json.loads(item) if item.startswith("{") else item for item in data]


def test_text_is_the_replys_text_alone() -> None:
    encode = text.Encoder().encode
    assert encode(Batch((START, Reasoning(REPLY, 0, "hm"), delta(0, "né\u2028")), "1")) == "né\u2028".encode()
    assert encode(KEEP_ALIVE) == b""
    assert encode(Batch((delta(3, "😀"), end()), "2")) == "😀".encode()


def test_a_continued_text_begins_in_the_middle() -> None:
    encode = text.Encoder().encode
    assert encode(Batch((START, delta(90, "on")), "1")) == b"on"
    assert encode(Batch((delta(92, "ward"),), "2")) == b"ward"


@pytest.mark.parametrize("encoder", [text.Encoder(), openai.Encoder(REPLY, "demo")])
def test_text_that_would_be_taken_back_ends_the_stream(encoder: text.Encoder | openai.Encoder) -> None:
    encoder.encode(Batch((START, delta(0, "lost")), "1"))
    with pytest.raises(StartedAgain):
        encoder.encode(Batch((START, delta(0, "another")), "2"))


@pytest.mark.parametrize("saved", [(delta(0, "what was sav"), end("interrupted")), (end("interrupted"),)])
def test_who_comes_back_with_more_than_was_saved_does_not_get_it_twice(saved: tuple[Any, ...]) -> None:
    with pytest.raises(StartedAgain) as again:
        openai.Encoder(REPLY, "demo", resumed=True).encode(Batch((START, *saved), "9"))
    [told] = blocks(again.value.last)
    assert told["error"]["code"] == "text_lost"
    assert b"id:" not in again.value.last
    with pytest.raises(StartedAgain) as again:
        text.Encoder(resumed=True).encode(Batch((START, *saved), "9"))
    assert again.value.last == b""


def test_who_comes_back_goes_on() -> None:
    encode = text.Encoder(resumed=True).encode
    assert encode(Batch((delta(4, "on"), end()), "9")) == b"on"


def test_openai_chunks_begin_with_the_role_and_end_with_done() -> None:
    encoder = openai.Encoder(REPLY, "demo")
    stream = encoder.encode(Batch((START,), "1"))
    stream += encoder.encode(Batch((Queue(REPLY, 0), Title("c", "T"))))
    stream += encoder.encode(Batch((Reasoning(REPLY, 0, "hm"), delta(0, "Hello")), "2"))
    stream += encoder.encode(Batch((end(),), "3"))
    *chunks, done = blocks(stream)
    assert done == "[DONE]"
    assert [chunk["choices"][0]["delta"] for chunk in chunks] == [
        {"role": "assistant", "content": ""},
        {"content": "", "reasoning_content": "hm"},
        {"content": "Hello"},
        {"content": ""},
    ]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None, None, None, "stop"]
    assert {chunk["id"] for chunk in chunks} == {f"chatcmpl-{REPLY}"}
    assert {(chunk["object"], chunk["model"], chunk["created"]) for chunk in chunks} == {
        ("chat.completion.chunk", "demo", 0x0199E3F00000 // 1000)
    }
    assert all("usage" not in chunk for chunk in chunks)


def test_the_position_is_on_the_last_block_of_a_write() -> None:
    encoder = openai.Encoder(REPLY, "demo")
    stream = encoder.encode(Batch((START, delta(0, "Hi"), end()), "pos"))
    assert stream.count(b"id: ") == 1
    assert stream.endswith(b"data: [DONE]\nid: pos\n\n")


def test_usage_comes_only_to_those_who_ask() -> None:
    encoder = openai.Encoder(REPLY, "demo", include_usage=True)
    *chunks, usage, done = blocks(encoder.encode(Batch((START, end()), "1")))
    assert (usage["choices"], usage["usage"], done) == ([], USAGE, "[DONE]")
    assert [chunk["usage"] for chunk in chunks] == [None, None]


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        (end("failed", None, {"type": "upstream_error", "code": "upstream_failed"}), "upstream_failed"),
        (end("stopped", None, {"type": "invalid_request_error", "code": "deleted"}), "deleted"),
        (end("interrupted", None), "interrupted"),
    ],
)
def test_an_end_that_went_wrong_is_an_error_without_done(ending: End, code: str) -> None:
    stream = openai.Encoder(REPLY, "demo").encode(Batch((START, ending), "1"))
    assert blocks(stream)[-1]["error"]["code"] == code
    assert b"[DONE]" not in stream


def test_a_stop_is_an_end_like_any_other() -> None:
    *_rest, last, done = blocks(openai.Encoder(REPLY, "demo").encode(Batch((end("stopped", None),), "1")))
    assert (last["choices"][0]["finish_reason"], done) == ("stop", "[DONE]")
