"""`GET live`: many replies and the news of all conversations over one connection."""

import asyncio
import json
from typing import Any

import pytest
from api.reading import ask, error_of, events
from django.contrib.auth.models import User
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream
from pytest_django import Settings

from chat import service
from chat.audit.log import SERVER
from chat.auth.keys import create_key, revoke_keys
from chat.database import in_database
from chat.ids import new_id
from chat.models import ApiKey
from chat.service.listeners import end_revoked_listeners

OPENING = b"retry: 2000\n: keep-alive\n"


class Connection:
    """A live connection, read event by event."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self._pieces = aiter(response)
        self._events: list[dict[str, Any]] = []

    async def opening(self) -> bytes:
        piece: bytes = await anext(self._pieces)
        return piece

    async def hear(self) -> dict[str, Any]:
        while not self._events:
            async with asyncio.timeout(5):
                piece = (await anext(self._pieces)).decode()
            lines = piece.splitlines()
            assert not any(line.startswith("id:") for line in lines)
            self._events += [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
        return self._events.pop(0)

    async def hear_of(self, reply: str, upto: str = "end") -> list[dict[str, Any]]:
        """This reply's events, up to the first of that type; those of others are passed over."""
        heard: list[dict[str, Any]] = []
        while not heard or heard[-1]["type"] != upto:
            event = await self.hear()
            if event.get("reply") == reply:
                heard.append(event)
        return heard

    async def is_over(self) -> bool:
        async with asyncio.timeout(5):
            return [piece async for piece in self._pieces] == []


async def connect(client: AsyncClient, *follow: str, **query: str) -> Connection:
    response = await client.get("/api/v1/live", {"follow": list(follow), **query})
    assert response.status_code == 200, response.content
    connection = Connection(response)
    assert await connection.opening() == OPENING
    return connection


def text_of(heard: list[dict[str, Any]]) -> str:
    text = ""
    for event in heard:
        if event["type"] == "delta":
            assert event["offset"] == len(text)
            text += event["text"]
    return text


async def test_it_says_at_once_that_it_is_open_and_needs_no_reply(as_alice: AsyncClient) -> None:
    connection = await connect(as_alice)
    assert connection.response["Content-Type"] == "text/event-stream"
    assert connection.response["X-Accel-Buffering"] == "no"
    connection.response.close()


async def test_two_replies_come_over_one_connection_each_with_its_positions(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    sources = [upstream.script(word, finish_reason=None) for word in ("one", "two")]
    replies = [(await ask(as_alice, background=True)).json()["reply"] for _ in sources]
    connection = await connect(as_alice, *replies)
    heard: dict[str, list[dict[str, Any]]] = {reply: [] for reply in replies}
    while not all(any(event["type"] == "delta" for event in of) for of in heard.values()):
        event = await connection.hear()
        heard[event["reply"]].append(event)
    for source in sources:
        source.text(" more")
        source.end()
    while not all(of[-1]["type"] == "end" for of in heard.values()):
        event = await connection.hear()
        if "reply" in event:
            heard[event["reply"]].append(event)
    assert [text_of(heard[reply]) for reply in replies] == ["one more", "two more"]
    assert all(of[-1]["id"] and of[-1]["status"] == "complete" for of in heard.values())
    connection.response.close()


async def test_a_position_goes_on_right_after_it(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    source = upstream.script("one", finish_reason=None)
    reply = (await ask(as_alice, background=True)).json()["reply"]
    first = await connect(as_alice, reply)
    seen = (await first.hear_of(reply, "delta"))[-1]
    first.response.close()
    source.text(" more")
    source.end()
    again = await connect(as_alice, seen["id"])
    rest = await again.hear_of(reply)
    assert [(event["type"], event.get("offset")) for event in rest] == [("delta", 3), ("end", None)]
    again.response.close()


async def test_from_the_end_the_end_is_told_again(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script("Hi")
    end = (await events(await ask(as_alice)))[-1]
    connection = await connect(as_alice, end.pop("id"))
    assert await connection.hear() == end
    connection.response.close()


async def test_a_refused_reply_is_told_and_the_others_go_on(
    as_alice: AsyncClient, as_bob: AsyncClient, upstream: FedUpstream
) -> None:
    upstream.script("Bob's")
    upstream.script("Alice's")
    bobs = (await ask(as_bob, background=True)).json()["reply"]
    hers = (await ask(as_alice, background=True)).json()["reply"]
    connection = await connect(as_alice, bobs, "nonsense", str(new_id()), hers)
    codes: dict[str, str] = {}
    heard: list[dict[str, Any]] = []
    while len(codes) < 3 or not any(event["type"] == "end" for event in heard):
        heard.append(await connection.hear())
        if heard[-1]["type"] == "error":
            codes[heard[-1]["reply"]] = heard[-1]["error"]["code"]
    assert (codes[bobs], codes["nonsense"]) == ("not_found", "invalid_event_id")
    assert text_of([event for event in heard if event.get("reply") == hers]) == "Alice's"
    connection.response.close()


async def test_what_changes_is_told_to_its_owner_alone(as_alice: AsyncClient, as_bob: AsyncClient) -> None:
    hers, his = await connect(as_alice), await connect(as_bob)
    made = (await as_alice.post("/api/v1/conversations", {}, "application/json")).json()
    assert await hers.hear() == {"type": "changed", "conversation": made["id"]}
    other = (await as_bob.post("/api/v1/conversations", {}, "application/json")).json()
    assert await his.hear() == {"type": "changed", "conversation": other["id"]}
    hers.response.close()
    his.response.close()


async def test_a_title_comes_also_where_its_reply_is_not_followed(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    upstream.title_of = lambda question: "A greeting"
    connection = await connect(as_alice)
    source = upstream.script("Hi", finish_reason=None)
    conversation = (await ask(as_alice, background=True)).json()["conversation"]
    title = {"type": "title", "conversation": conversation, "title": "A greeting"}
    assert title in [await connection.hear() for _ in range(2)]
    source.end()
    connection.response.close()


async def test_rendered_blocks_come_where_asked_for(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script("# Head\n\nText")
    reply = (await ask(as_alice, background=True)).json()["reply"]
    connection = await connect(as_alice, reply, render="html")
    blocks = [event for event in await connection.hear_of(reply) if event["type"] == "block"]
    assert [block["index"] for block in blocks] == [0, 1]
    connection.response.close()


@pytest.mark.parametrize("begun", [True, False])
async def test_closing_it_leaves_every_reply(
    as_alice: AsyncClient, upstream: FedUpstream, begun: bool
) -> None:
    source = upstream.script("one", finish_reason=None)
    reply = (await ask(as_alice, background=True, resume_window=0.01)).json()["reply"]
    response = await as_alice.get("/api/v1/live", {"follow": reply})
    connection = Connection(response)
    if begun:
        await connection.hear_of(reply, "delta")
    response.close()
    async with asyncio.timeout(5):
        await source.closed.wait()


async def test_it_is_limited_like_sockets_and_not_counted_as_requests(
    as_alice: AsyncClient, settings: Settings
) -> None:
    settings.CHAT_MAX_SOCKETS_PER_USER = 1
    settings.CHAT_REQUESTS_PER_MINUTE = 1
    for _ in range(3):
        connection = await connect(as_alice)
        refused = await as_alice.get("/api/v1/live")
        assert refused.status_code == 429
        assert error_of(refused)["code"] == "too_many_sockets"
        connection.response.close()
        await asyncio.sleep(0)  # Django closes from another thread, so the leaving is the loop's next step


async def test_a_key_may_have_fewer_than_its_user(
    as_alice: AsyncClient, nobody: AsyncClient, alice: User
) -> None:
    await ApiKey.objects.aupdate(sockets=1)
    another = (await in_database(create_key, alice))[1]
    connection = await connect(as_alice)
    refused = await as_alice.get("/api/v1/live")
    assert (refused.status_code, error_of(refused)["code"]) == (429, "too_many_sockets")
    assert error_of(refused)["message"].startswith("This API key has 1 live connections")
    assert refused["Retry-After"] == "1"
    by_another: Any = await nobody.get("/api/v1/live", headers={"Authorization": f"Bearer {another}"})
    assert by_another.status_code == 200
    await by_another.streaming_content.aclose()
    connection.response.close()


async def test_too_many_replies_are_refused_whole(as_alice: AsyncClient, settings: Settings) -> None:
    settings.CHAT_MAX_SOCKETS_PER_USER = 1
    refused = await as_alice.get("/api/v1/live", {"follow": [str(new_id()) for _ in range(101)]})
    assert (refused.status_code, error_of(refused)["param"]) == (400, "follow")
    (await connect(as_alice)).response.close()  # what was refused takes no place


async def test_nobody_else_gets_in(nobody: AsyncClient, as_alice: AsyncClient) -> None:
    assert (await nobody.get("/api/v1/live")).status_code == 401
    assert (await as_alice.get("/api/v1/live", {"folow": "x"})).status_code == 400


async def test_a_revoked_key_ends_it(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script("one", finish_reason=None)
    reply = (await ask(as_alice, background=True)).json()["reply"]
    connection = await connect(as_alice, reply)
    await connection.hear_of(reply, "delta")
    await in_database(revoke_keys, SERVER, ApiKey.objects.all())
    await end_revoked_listeners()
    assert await connection.is_over()


async def test_at_a_restart_the_ends_come_first_and_then_it_closes(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    upstream.script("one", finish_reason=None)
    reply = (await ask(as_alice, background=True)).json()["reply"]
    connection = await connect(as_alice, reply)
    await connection.hear_of(reply, "delta")
    reading = asyncio.create_task(connection.hear_of(reply))
    await service.drain()
    assert (await reading)[-1]["status"] == "interrupted"
    later = await as_alice.get("/api/v1/live")
    assert (later.status_code, later.content) == (200, b"retry: 2000\n")
