"""The frames of a provider's answer as chunks: what counts, what is harmless, what is a failure."""

import json
from typing import Any

import pytest

from chat.chunks import Chunk, ToolCallPiece
from chat.upstream.chunks import ChunkReader


def frame(delta: dict[str, Any] | None = None, finish_reason: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish_reason}
    return json.dumps({"id": "x", "choices": [choice], **more}).encode()


def test_what_one_read_brings_is_one_chunk() -> None:
    reader = ChunkReader()
    events = [
        frame({"role": "assistant", "content": ""}),
        frame({"content": "Hel"}),
        frame({"content": "lo"}),
    ]
    assert reader.read(events) == [Chunk(text="Hello")]


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_thinking_is_read_by_both_its_names(name: str) -> None:
    assert ChunkReader().read([frame({name: "hm", "content": None})]) == [Chunk(reasoning="hm")]


def test_the_usage_comes_without_choices() -> None:
    reader = ChunkReader()
    usage = {"prompt_tokens": 1, "completion_tokens": 2}
    events = [frame(finish_reason="length"), json.dumps({"choices": [], "usage": usage}).encode(), b"[DONE]"]
    assert reader.read(events) == [Chunk(finish_reason="length", usage=usage)]
    assert reader.done
    assert reader.finish_reason == "length"


@pytest.mark.parametrize(
    "event",
    [
        b"{}",
        b'{"choices": null}',
        b'{"choices": [], "usage": null, "error": null}',
        b'{"choices": [{}]}',
        b'{"choices": [{"index": 0, "delta": null, "finish_reason": null}]}',
        b'{"choices": [{"delta": {"content": null, "tool_calls": [{"index": 0}]}}], "x": {"y": 1}}',
        b'{"choices": [{"index": 1, "delta": {"content": "of another choice"}}]}',
        b"",
    ],
)
def test_what_is_missing_or_empty_is_harmless(event: bytes) -> None:
    reader = ChunkReader()
    assert reader.read([event]) == []
    assert reader.failure is None


@pytest.mark.parametrize(
    "event",
    [
        b"{",
        b"nonsense",
        b'"text"',
        b"[1]",
        b'{"choices": 1}',
        b'{"choices": [{"delta": {"content": "\xe4\xb8"}}]}',
    ],
)
def test_what_cannot_be_read_is_a_failure_and_what_came_before_is_kept(event: bytes) -> None:
    reader = ChunkReader()
    assert reader.read([frame({"content": "kept"}), event, frame({"content": "lost"})]) == [
        Chunk(text="kept")
    ]
    assert reader.failure is not None
    assert reader.failure.code == "upstream_malformed"


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"error": {"message": "boom", "type": "server_error", "code": 500}}, "upstream_error"),
        ({"error": "boom"}, "upstream_error"),
        ({"error": {"code": 429}}, "upstream_rate_limited"),
        ({"error": {"type": "insufficient_quota"}}, "upstream_rate_limited"),
        ({"error": {"code": "context_length_exceeded"}}, "upstream_context_length"),
        (
            {"object": "error", "message": "maximum context length is 4096", "code": 400},
            "upstream_context_length",
        ),
        ({"object": "error", "message": "no such thing", "code": 400}, "upstream_rejected"),
    ],
)
def test_an_error_inside_the_stream_is_a_failure(event: dict[str, Any], code: str) -> None:
    reader = ChunkReader()
    reader.read([json.dumps(event).encode()])
    assert reader.failure is not None
    assert reader.failure.code == code


def test_halves_of_a_character_are_passed_on_as_they_are() -> None:
    reader = ChunkReader()
    halves = [
        reader.read([b'{"choices": [{"delta": {"content": "' + half + b'"}}]}'])
        for half in (b"\\ud83d", b"\\ude00")
    ]
    assert halves == [[Chunk(text="\ud83d")], [Chunk(text="\ude00")]]


def test_a_whole_answer_is_read_like_one_event() -> None:
    message = {"role": "assistant", "content": "<think>hm</think>Hello"}
    body = json.dumps(
        {"choices": [{"message": message, "finish_reason": "stop"}], "usage": {"total_tokens": 3}}
    )
    expected = Chunk(text="Hello", reasoning="hm", finish_reason="stop", usage={"total_tokens": 3})
    assert ChunkReader().read([body.encode()]) == [expected]


def test_a_refusal_is_what_the_model_says() -> None:
    assert ChunkReader().read([frame({"refusal": "I cannot."})]) == [Chunk(text="I cannot.")]


def test_what_was_held_back_comes_at_the_end() -> None:
    reader = ChunkReader()
    assert reader.read([frame({"content": "<thi"})]) == []
    assert reader.finish() == [Chunk(text="<thi")]


def test_pieces_of_tool_calls_are_read() -> None:
    reader = ChunkReader()
    [chunk] = reader.read(
        [
            frame({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}}]}),
            frame({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}),
        ]
    )
    assert chunk.tool_calls == (ToolCallPiece(0, "a", "f", ""), ToolCallPiece(0, "", "", "{}"))
