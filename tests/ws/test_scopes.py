"""What a key is for, on the socket: a frame that needs another scope is answered by an error, and no more."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from fakes.fed_upstream import FedUpstream
from fakes.socket_client import OpenSocket

from chat.auth.keys import create_key
from chat.database import in_database
from chat.scopes import Scope

FRAMES: dict[str, dict[str, Any]] = {
    "send": {"content": "Hi"},
    "regenerate": {"message": "x"},
    "continue": {"message": "x"},
    "stop": {"reply": "x"},
    "follow": {"reply": "x"},
    "watch": {},
}


async def key_of(user: User, *scopes: Scope) -> str:
    _row, key = await in_database(create_key, user, scopes=scopes)
    return key


@pytest.mark.parametrize("kind", FRAMES)
async def test_a_frame_beyond_the_keys_scopes_is_refused_and_the_socket_stays(
    kind: str, open_socket: OpenSocket, upstream: FedUpstream, alice: User
) -> None:
    needed: Scope = "read" if kind in ("follow", "watch") else "chat"
    others: list[Scope] = ["chat" if needed == "read" else "read", "review", "admin"]
    socket = await open_socket(await key_of(alice, *others))
    await socket.say(type=kind, ref=1, **FRAMES[kind])
    refused = await socket.hear()
    assert (refused["type"], refused["ref"]) == ("error", 1)
    assert refused["error"]["code"] == "missing_scope"
    assert f'"{needed}"' in refused["error"]["message"]
    await socket.say(type="ping")
    assert await socket.hear() == {"type": "pong"}
    assert upstream.calls == []


async def test_who_may_only_ask_hears_the_titles_of_no_other_conversation(
    open_socket: OpenSocket, upstream: FedUpstream, alice: User, alices_key: str
) -> None:
    asks, reads = await open_socket(await key_of(alice, "chat")), await open_socket(alices_key)
    upstream.title_of = lambda question: "The sea"
    upstream.script("Hello")
    await reads.ask()
    while (await reads.hear())["type"] != "title":
        pass
    await asks.say(type="ping")
    assert await asks.hear() == {"type": "pong"}
