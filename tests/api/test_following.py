"""`GET messages/{id}/stream`: follow, resume, tickets, leaving; and stop."""

import asyncio
from uuid import UUID

import pytest
from api.reading import ask, error_of, events, parse, text_of
from django.contrib.auth.models import User
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream
from pytest_django import Settings

from chat import service
from chat.auth.tickets import make_ticket
from chat.ids import new_id


async def test_a_lost_connection_goes_on_right_after_its_position(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    source = upstream.script("Hello ", finish_reason=None)
    response = await ask(as_alice, resume_window=None)
    stream = aiter(response)
    seen = ""
    while "Hello" not in seen:
        seen += (await anext(stream)).decode()
    response.close()
    source.text("again")
    source.end()
    path = f"/api/v1/messages/{response['X-Message-Id']}/stream"
    rest = await events(await as_alice.get(path, headers={"Last-Event-ID": parse(seen)[-1]["id"]}))
    assert [event["type"] for event in rest if event["type"] != "title"] == ["delta", "end"]
    assert (rest[0]["offset"], text_of(rest)) == (6, "again")


@pytest.mark.parametrize("name", ["last_event_id", "lastEventId"])
async def test_from_the_end_there_is_nothing_more(
    as_alice: AsyncClient, upstream: FedUpstream, name: str
) -> None:
    upstream.script("Hi")
    read = await events(await ask(as_alice))
    path = f"/api/v1/messages/{read[0]['reply']}/stream"
    response = await as_alice.get(path, {name: read[-1]["id"]})
    assert (response.status_code, response.content) == (204, b"")
    assert response["X-Message-Id"] == read[0]["reply"]


async def test_leaving_before_the_first_token_aborts_the_reply(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    source = upstream.script(finish_reason=None)
    response = await ask(as_alice)
    await source.opened.wait()
    response.close()  # nothing of it was ever read
    await asyncio.wait_for(source.closed.wait(), 2)
    path = f"/api/v1/messages/{response['X-Message-Id']}/stream"
    assert (await events(await as_alice.get(path)))[-1]["status"] == "interrupted"


async def test_a_ticket_is_good_for_its_reply_alone(
    as_alice: AsyncClient, nobody: AsyncClient, upstream: FedUpstream
) -> None:
    upstream.script("Hi")
    upstream.script("Ho")
    first = (await ask(as_alice, background=True)).json()
    second = (await ask(as_alice, background=True)).json()
    ticket = first["stream_url"].partition("?")[2]
    assert text_of(await events(await nobody.get(first["stream_url"]))) == "Hi"
    assert (await nobody.get(f"/api/v1/messages/{second['reply']}/stream?{ticket}")).status_code == 401
    assert (await nobody.get(f"/api/v1/messages/{first['reply']}?{ticket}")).status_code == 401
    assert (await nobody.get(f"/api/v1/conversations?{ticket}")).status_code == 401


async def test_a_ticket_is_tied_to_its_user(nobody: AsyncClient, as_alice: AsyncClient, bob: User) -> None:
    reply = (await ask(as_alice, background=True)).json()["reply"]
    ticket = make_ticket(UUID(reply), bob.pk)
    response = await nobody.get(f"/api/v1/messages/{reply}/stream?ticket={ticket}")
    assert response.status_code == 404


@pytest.mark.parametrize("ticket", ["", "bad", "a.b.c"])
async def test_a_bad_ticket_is_refused(nobody: AsyncClient, ticket: str) -> None:
    response = await nobody.get(f"/api/v1/messages/{new_id()}/stream?ticket={ticket}")
    assert response.status_code == 401
    assert error_of(response)["code"] == "invalid_ticket"


async def test_a_wrong_key_is_refused_beside_a_good_ticket(
    nobody: AsyncClient, as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    url = (await ask(as_alice, background=True)).json()["stream_url"]
    assert (await nobody.get(url, headers={"Authorization": "Bearer wrong"})).status_code == 401


async def test_another_users_reply_does_not_exist(
    as_alice: AsyncClient, as_bob: AsyncClient, upstream: FedUpstream
) -> None:
    upstream.script("Hi")
    read = await events(await ask(as_alice))
    path = f"/api/v1/messages/{read[0]['reply']}"
    unknown = f"/api/v1/messages/{new_id()}"
    for address in (f"{path}/stream", f"{unknown}/stream", path, unknown):
        assert (await as_bob.get(address)).status_code == 404
    for verb in ("stop", "regenerate", "continue"):
        assert (await as_bob.generic("POST", f"{path}/{verb}")).status_code == 404
    resumed = await as_bob.get(f"{unknown}/stream", headers={"Last-Event-ID": read[-1]["id"]})
    assert resumed.status_code == 404


async def test_a_position_of_another_reply_is_refused(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script("One")
    upstream.script("Two")
    first = await events(await ask(as_alice))
    second = await events(await ask(as_alice))
    path = f"/api/v1/messages/{first[0]['reply']}/stream"
    response = await as_alice.get(path, headers={"Last-Event-ID": second[-1]["id"]})
    assert response.status_code == 400
    malformed = await as_alice.get(path, headers={"Last-Event-ID": "nonsense"})
    assert malformed.status_code == 400


async def test_a_continue_refuses_a_position_as_the_stream_of_its_reply_does(
    as_alice: AsyncClient, as_bob: AsyncClient, upstream: FedUpstream
) -> None:
    for text in ("One", "Two", "Three"):
        upstream.script(text)
    first, other = await events(await ask(as_alice)), await events(await ask(as_alice))
    bobs = await events(await ask(as_bob))
    path = f"/api/v1/messages/{first[0]['reply']}"
    for position, status in ((other[-1]["id"], 400), (bobs[-1]["id"], 404), ("nonsense", 400)):
        at = {"Last-Event-ID": position}
        continued = await as_alice.generic("POST", f"{path}/continue", headers=at)
        assert continued.status_code == status
        assert error_of(continued) == error_of(await as_alice.get(f"{path}/stream", headers=at))
    # Of the same reply, but of the call that asked for it.
    at = {"Last-Event-ID": first[-1]["id"]}
    assert error_of(await as_alice.generic("POST", f"{path}/continue", headers=at))["code"] == (
        "event_id_of_another_call"
    )
    # A reply beside it is none of the URL's in any case.
    at = {"Last-Event-ID": other[-1]["id"]}
    assert (await as_alice.generic("POST", f"{path}/regenerate", headers=at)).status_code == 409
    assert len(upstream.calls) == 3


async def test_not_found_comes_before_not_acceptable(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script("Hi")
    reply = (await events(await ask(as_alice)))[0]["reply"]
    picture = {"Accept": "image/png"}
    unknown = new_id()
    assert (await as_alice.get(f"/api/v1/messages/{reply}/stream", headers=picture)).status_code == 406
    assert (await as_alice.get(f"/api/v1/messages/{unknown}/stream", headers=picture)).status_code == 404
    assert (
        await as_alice.generic("POST", f"/api/v1/messages/{reply}/regenerate", headers=picture)
    ).status_code == 406
    assert (
        await as_alice.generic("POST", f"/api/v1/messages/{unknown}/regenerate", headers=picture)
    ).status_code == 404
    assert len(upstream.calls) == 1


async def test_stop_answers_with_what_was_saved(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    source = upstream.script("Half", finish_reason=None)
    response = await ask(as_alice)
    stream = aiter(response)
    seen = ""
    while "Half" not in seen:
        seen += (await anext(stream)).decode()
    path = f"/api/v1/messages/{response['X-Message-Id']}/stop"
    message = (await as_alice.generic("POST", path)).json()
    assert (message["status"], message["content"]) == ("stopped", "Half")
    assert source.closed.is_set()
    seen += "".join([piece.decode() async for piece in stream])
    assert parse(seen)[-1]["status"] == "stopped"
    assert (await as_alice.post(path, {}, "application/json")).json() == message
    assert (await as_alice.post(path, {"now": True}, "application/json")).status_code == 400


async def test_a_draining_server_sends_event_sources_away_for_a_moment(
    as_alice: AsyncClient, upstream: FedUpstream, settings: Settings
) -> None:
    settings.CHAT_DRAIN_SECONDS = 10
    upstream.script("Hi")
    reply = (await events(await ask(as_alice)))[0]["reply"]
    source = upstream.script("Held", finish_reason=None)
    running = asyncio.create_task(events(await ask(as_alice)))
    draining = asyncio.create_task(service.drain())
    while not service.draining():
        await asyncio.sleep(0)
    response = await as_alice.get(f"/api/v1/messages/{reply}/stream")
    assert (response.status_code, response.content) == (200, b"retry: 2000\n")
    assert response["Content-Type"] == "text/event-stream"
    refused = await ask(as_alice)
    assert (refused.status_code, refused["Retry-After"]) == (503, "2")
    source.end()
    assert text_of(await running) == "Held"
    assert await draining == 0
