"""What a frame says, and every way in which it can say nothing."""

import json
from typing import Any

import pytest

from chat.errors import BadRequest
from chat.service.frames import MAX_BYTES, Follow, Ping, Stop, Unfollow, Watch
from chat.service.requests import Again, Ask
from chat.ws.frames_in import Continue, Frame, Regenerate, Send, decode, read, take_ref, too_large


def frame(**fields: Any) -> Frame:
    return read(decode(json.dumps(fields)))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": "send", "content": "Hi"}, Send(Ask("Hi"), render=False)),
        (
            {"type": "send", "content": "Hi", "parent": None, "render": "html"},
            Send(Ask("Hi", parent=None), render=True),
        ),
        (
            {"type": "regenerate", "message": "m", "model": "large"},
            Regenerate("m", Again(model="large"), render=False),
        ),
        ({"type": "continue", "message": "m", "render": None}, Continue("m", Again(), render=False)),
        ({"type": "send", "content": "Hi", "idempotency_key": "k"}, Send(Ask("Hi"), render=False, key="k")),
        (
            {"type": "continue", "message": "m", "idempotency_key": "k"},
            Continue("m", Again(), render=False, key="k"),
        ),
        ({"type": "follow", "reply": "r"}, Follow("r")),
        ({"type": "follow", "reply": "r", "last_event_id": "x.1"}, Follow("r", "x.1")),
        ({"type": "unfollow", "reply": "r"}, Unfollow("r")),
        ({"type": "stop", "reply": "r"}, Stop("r")),
        ({"type": "watch"}, Watch()),
        ({"type": "ping"}, Ping()),
    ],
)
def test_a_frame_is_read(fields: dict[str, Any], expected: Frame) -> None:
    assert frame(**fields) == expected


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({}, "type"),
        ({"type": None}, "type"),
        ({"type": ["send"]}, "type"),
        ({"type": "shout"}, "type"),
        ({"type": "send"}, "content"),
        ({"type": "send", "content": 1}, "content"),
        ({"type": "send", "content": " "}, "content"),
        ({"type": "send", "content": "nul \x00"}, "content"),
        ({"type": "send", "content": "Hi", "colour": "red"}, "colour"),
        ({"type": "send", "content": "Hi", "render": "pdf"}, "render"),
        ({"type": "send", "content": "Hi", "params": {"stream": True}}, "params.stream"),
        ({"type": "send", "content": "Hi", "idempotency_key": 1}, "idempotency_key"),
        ({"type": "follow", "reply": "r", "idempotency_key": "k"}, "idempotency_key"),
        ({"type": "regenerate"}, "message"),
        ({"type": "continue", "message": 7}, "message"),
        ({"type": "continue", "message": "m", "content": "no"}, "content"),
        ({"type": "follow"}, "reply"),
        ({"type": "follow", "reply": 7}, "reply"),
        ({"type": "follow", "reply": "r", "last_event_id": 7}, "last_event_id"),
        ({"type": "follow", "reply": "r", "render": "pdf"}, "render"),
        ({"type": "unfollow", "reply": "r", "now": True}, "now"),
        ({"type": "stop", "message": "m"}, "message"),
        ({"type": "ping", "pong": 1}, "pong"),
    ],
)
def test_what_is_wrong_is_named(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        frame(**fields)
    assert refusal.value.param == param


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "hello",
        "[1]",
        '"send"',
        "null",
        '{"type": "ping"',
        '{"type": NaN}',
        '{"type": "\\ud800"}',
        '{"type": "\ud800"}',
        "[" * 100_000,
    ],
)
def test_what_is_no_json_object_is_refused(text: str | None) -> None:
    with pytest.raises(BadRequest) as refusal:
        decode(text)
    assert refusal.value.code == "invalid_json"


@pytest.mark.parametrize("ref", [None, 0, -7, "", "a" * 200])
def test_a_ref_is_taken_as_it_came(ref: int | str | None) -> None:
    fields = {"type": "ping", "ref": ref}
    assert take_ref(fields) == ref
    assert "ref" not in fields


@pytest.mark.parametrize("ref", ["a" * 201, 1.5, True, [], {}])
def test_another_ref_is_refused(ref: object) -> None:
    with pytest.raises(BadRequest) as refusal:
        take_ref({"ref": ref})
    assert refusal.value.param == "ref"


def test_the_limit_is_a_mebibyte_of_utf_8() -> None:
    assert not too_large("x" * MAX_BYTES)
    assert too_large("x" * (MAX_BYTES + 1))
    assert not too_large("é" * (MAX_BYTES // 2))
    assert too_large("é" * (MAX_BYTES // 2 + 1))
