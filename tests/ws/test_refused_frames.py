"""Frames that are refused: the answer says which and why, and the socket stays, unless one is too large."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from fakes.fed_upstream import FedUpstream
from fakes.socket_client import OpenSocket, SocketClient, bearer
from pytest_django import Settings

from chat.auth.keys import create_key
from chat.database import in_database
from chat.quota import Quota
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


async def test_what_others_used_up_at_ones_address_is_not_there_on_a_socket_either(
    upstream: FedUpstream, alices_key: str, bobs_key: str, settings: Settings
) -> None:
    settings.CHAT_TOKENS_PER_DAY_PER_ADDRESS = 1
    upstream.script("Hello")
    alice = SocketClient(bearer(alices_key), address="203.0.113.7")
    await alice.connect()
    await alice.ask()
    await alice.hear_until("end")
    bob = SocketClient(bearer(bobs_key), address="203.0.113.7")
    await bob.connect()
    await bob.say(type="send", content="Hi")
    error = await bob.hear()
    assert error["error"]["code"] == "tokens_used_up"
    assert error["error"]["message"].startswith("Your address has used")
    assert 1 <= error["retry_after"] <= 86400
    for client in (alice, bob):
        await client.close()


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


@pytest.mark.parametrize(
    ("of_user", "of_key", "whose"), [(1000, 5, "this API key's"), (0, 5, "this API key's"), (5, 1000, "your")]
)
async def test_a_text_is_as_long_as_both_its_user_and_its_key_may_send(
    upstream: FedUpstream,
    open_socket: OpenSocket,
    alice: User,
    settings: Settings,
    of_user: int,
    of_key: int,
    whose: str,
) -> None:
    settings.CHAT_MAX_MESSAGE_CHARS = of_user
    socket = await open_socket((await in_database(create_key, alice, quota=Quota(message_chars=of_key)))[1])
    await socket.say(type="send", ref=1, content="123456")
    error = (await socket.hear())["error"]
    assert (error["code"], error["param"]) == ("text_too_long", "content")
    assert error["message"] == f"The content has 6 characters; {whose} limit is 5."
    assert upstream.calls == []
    upstream.script("Hi")
    await socket.ask("12345")


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
