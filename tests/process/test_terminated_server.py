"""SIGTERM in the middle of streams: everybody is told, nothing is lost, and the process ends."""

import asyncio
import signal

import aiohttp
import pytest
from process.harness.calls import Api, caller
from process.harness.crowd import Crowd
from process.harness.people import Person
from process.harness.processes import StartServer
from process.harness.reading import Reading
from process.harness.scripts import ProviderLog, question, words
from process.harness.sockets import Socket
from process.harness.transports import over
from process.harness.waiting import PATIENCE, until

pytestmark = pytest.mark.process


async def test_a_terminated_server_tells_everybody_and_loses_nothing(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person], log: ProviderLog
) -> None:
    server = start_server(CHAT_AUTO_TITLE="0")
    api = caller(http, server.url, people["alice"])
    crowd = Crowd(api, tokens=2000, delay=0.02)
    await crowd.ask()
    async with Socket.open(server.url, api.headers) as idle:
        await idle.send({"type": "ping"})
        await idle.next_of("pong")
        server.ask_to_end()
        await crowd.scattered()
        assert await idle.closed() == 1012
    assert await asyncio.to_thread(server.exit_code, PATIENCE) == 0
    for member in crowd.members:
        assert member.reading.status == "interrupted", member.transport
        assert crowd.sent.startswith(member.reading.text)

    await asyncio.to_thread(server.start)
    for member in crowd.members:
        message = await api.message(member.reply)
        assert (message["status"], message["content"]) == ("interrupted", member.reading.text)


@pytest.mark.parametrize("signals", [[signal.SIGINT], [signal.SIGTERM] * 3], ids=["Ctrl-C", "three times"])
async def test_an_impatient_end_loses_nothing_either(
    start_server: StartServer,
    http: aiohttp.ClientSession,
    people: dict[str, Person],
    signals: list[signal.Signals],
) -> None:
    server = start_server(CHAT_AUTO_TITLE="0")
    api = caller(http, server.url, people["alice"])
    crowd = Crowd(api, size=9, tokens=2000, delay=0.02)
    await crowd.ask()
    for number in signals:
        server.ask_to_end(number)
    await crowd.scattered()
    assert await asyncio.to_thread(server.exit_code, PATIENCE) == 0
    await asyncio.to_thread(server.start)
    for member in crowd.members:
        message = await api.message(member.reply)
        assert (message["status"], message["content"]) == ("interrupted", member.reading.text)


async def test_during_a_drain_short_replies_complete_and_new_work_is_refused(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person], log: ProviderLog
) -> None:
    server = start_server(CHAT_DRAIN_SECONDS="5", CHAT_AUTO_TITLE="0")
    api = caller(http, server.url, people["alice"])
    short = question(tokens=60, delay=0.025)
    async with (
        over(api, "sse").ask(short) as stream,
        over(api, "websocket").ask(question(tokens=60, delay=0.025)) as framed,
        Socket.open(server.url, api.headers) as socket,
    ):
        await stream.words(3)
        await framed.words(3)
        server.ask_to_end()
        await refused_in_time(api)
        answer = await api.call("POST", "chat", {"content": question()})
        assert (answer.status, answer.error["type"]) == (503, "server_error")
        assert int(answer.headers["Retry-After"]) >= 0
        frame = await socket.answer({"type": "send", "content": question()})
        assert frame["type"] == "error"
        followed = await api.call("GET", f"messages/{stream.reading.start['reply']}/stream")
        assert followed.status == 200
        assert followed.body.startswith(b"retry:")
        reading, also = await stream.rest(), await framed.rest()
    assert (reading.status, reading.text) == (also.status, also.text) == ("complete", words(60))
    assert await asyncio.to_thread(server.exit_code, PATIENCE) == 0


async def refused_in_time(api: Api) -> None:
    """Wait until the signal has reached the server."""
    body = {"content": question(tokens=1), "stream": False}

    async def look() -> bool:
        return (await api.call("POST", "chat", body)).status == 503

    await until(look, 5, "the refusal of new work")


async def test_at_the_end_of_a_drain_what_still_runs_is_interrupted_and_saved(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person], log: ProviderLog
) -> None:
    server = start_server(CHAT_DRAIN_SECONDS="0.5", CHAT_AUTO_TITLE="0")
    api = caller(http, server.url, people["alice"])
    behind = await api.ask_behind(question(tokens=2000, delay=0.02))
    async with over(api, "ndjson").ask(question(tokens=2000, delay=0.02)) as stream:
        await stream.words(3)
        server.ask_to_end()
        reading: Reading = await stream.rest()
    assert reading.status == "interrupted"
    assert await asyncio.to_thread(server.exit_code, PATIENCE) == 0
    await asyncio.to_thread(server.start)
    assert (await api.message(reading.start["reply"]))["content"] == reading.text
    message = await api.message(behind["reply"])
    assert message["status"] == "interrupted"
    assert words(2000).startswith(message["content"])
    assert message["content"]


async def test_a_waiting_caller_is_answered_when_the_server_ends(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person], log: ProviderLog
) -> None:
    server = start_server(CHAT_AUTO_TITLE="0")
    api = caller(http, server.url, people["alice"])
    content = question(tokens=9, fail="stall", after=3)
    call = asyncio.create_task(api.call("POST", "chat", {"content": content, "stream": False}))
    await log.reached(content, 3)
    server.ask_to_end()
    answer = await call
    assert (answer.status, answer.json["status"], answer.json["content"]) == (200, "interrupted", words(3))
    assert await asyncio.to_thread(server.exit_code, PATIENCE) == 0
