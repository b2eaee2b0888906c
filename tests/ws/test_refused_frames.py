"""Frames that are refused: the answer says which and why, and the socket stays, unless one is too large."""

from typing import Any
from uuid import uuid4

import pytest
from fakes.fed_upstream import FedUpstream
from fakes.socket_client import SocketClient
from pytest_django import Settings

from chat.service.frames import MAX_BYTES
from chat.ws import codes


async def test_who_asks_too_often_is_told_when_to_ask_again(
    upstream: FedUpstream, socket: SocketClient, settings: Settings
) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE = 1
    upstream.script("Hello")
    await socket.ask()
    await socket.hear_until("end")
    await socket.say(type="send", ref=2, content="Hi")
    error = (await socket.hear_until("error"))[-1]
    assert (error["ref"], error["error"]["type"]) == (2, "rate_limit_error")
    assert 1 <= error["retry_after"] <= 60
    await socket.say(type="shout", ref=3)
    assert "retry_after" not in (await socket.hear_until("error"))[-1]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"type": "follow", "reply": str(uuid4())}, "not_found"),
        ({"type": "follow", "reply": "no id"}, "not_found"),
        ({"type": "follow", "reply": str(uuid4()), "last_event_id": "no id"}, "invalid_event_id"),
        ({"type": "stop", "reply": str(uuid4())}, "not_found"),
        ({"type": "regenerate", "message": str(uuid4())}, "not_found"),
        ({"type": "continue", "message": str(uuid4())}, "not_found"),
        ({"type": "send", "content": "Hi", "conversation": str(uuid4())}, "not_found"),
        ({"type": "send", "content": "Hi", "model": "nope"}, "model_not_found"),
        ({"type": "send", "content": "Hi", "colour": "red"}, "invalid_request"),
        ({"type": "shout"}, "unknown_type"),
    ],
)
async def test_an_error_answers_with_the_ref_and_leaves_the_socket_open(
    socket: SocketClient, frame: dict[str, Any], code: str
) -> None:
    await socket.say(ref="r", **frame)
    error = await socket.hear()
    assert (error["type"], error["ref"], error["error"]["code"]) == ("error", "r", code)
    assert set(error["error"]) == {"type", "code", "message", "param"}
    await socket.say(type="ping")
    assert await socket.hear() == {"type": "pong"}


async def test_frames_that_are_no_json_objects_are_errors(socket: SocketClient) -> None:
    for text in ("", "hello", "[]", "{", '"ping"'):
        await socket.say(text)
        error = await socket.hear()
        assert (error["type"], error["ref"], error["error"]["code"]) == ("error", None, "invalid_json")
    await socket.say_bytes(b'{"type": "ping"}')
    assert (await socket.hear())["error"]["code"] == "invalid_json"


async def test_a_frame_over_a_mebibyte_closes_the_socket(socket: SocketClient) -> None:
    await socket.say("x" * (MAX_BYTES + 1))
    assert await socket.hear_close() == codes.TOO_LARGE


async def test_a_binary_frame_over_a_mebibyte_closes_it_too(socket: SocketClient) -> None:
    await socket.say_bytes(b"x" * (MAX_BYTES + 1))
    assert await socket.hear_close() == codes.TOO_LARGE
