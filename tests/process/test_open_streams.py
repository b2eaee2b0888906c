"""An open stream holds no thread and no database connection; one SQLite file has one server."""

import asyncio
import contextlib

import aiohttp
import pytest
from process.harness.calls import Api, caller
from process.harness.people import Person
from process.harness.processes import Server, StartServer
from process.harness.scripts import question
from process.harness.sockets import Socket
from process.harness.transports import over
from process.harness.waiting import PATIENCE, until, until_true

pytestmark = pytest.mark.process

STREAMS = 300
FEW = 15
"""Threads or files more than at rest: those of pools that fill, whatever the number of streams."""


def database_files(server: Server) -> int:
    return sum("sqlite3" in path for path in server.open_files())


def sockets(server: Server) -> int:
    return sum(path.startswith("socket:") for path in server.open_files())


async def test_open_streams_hold_no_thread_and_no_database_connection(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person]
) -> None:
    server = start_server(CHAT_AUTO_TITLE="0")
    api = caller(http, server.url, people["alice"])
    await short_ones(api, 30)
    threads, files = server.threads(), database_files(server)
    asked = await api.ask_behind(question(tokens=9, fail="stall", after=3))
    await short_ones(api, 5)
    open_before = sockets(server)
    async with contextlib.AsyncExitStack() as stack:
        for number in range(STREAMS):
            transport = over(api, ("sse", "ndjson", "websocket")[number % 3])
            stream = await stack.enter_async_context(transport.follow(asked["reply"]))
            await stream.words(3)
        assert sockets(server) > open_before + STREAMS - FEW
        print(f"\n{STREAMS} streams: {threads} → {server.threads()} threads, ", end="")
        print(f"{files} → {database_files(server)} database files")
        assert server.threads() <= threads + FEW
        assert database_files(server) <= files + FEW

    async def all_gone() -> bool:
        return sockets(server) <= open_before + FEW

    await until(all_gone, what="the close of the connections")
    assert server.threads() <= threads + FEW
    assert database_files(server) <= files + FEW
    assert (await api.stop(asked["reply"]))["status"] == "stopped"


async def test_replies_that_run_hold_none_either(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person]
) -> None:
    server = start_server(CHAT_AUTO_TITLE="0")
    api = caller(http, server.url, people["alice"])
    await short_ones(api, 30)
    threads, files = server.threads(), database_files(server)
    async with contextlib.AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(over(api, "sse").ask(question(tokens=9, fail="stall", after=2)))
            for _ in range(100)
        ]
        for stream in streams:
            await stream.words(2)
        assert server.threads() <= threads + FEW
        assert database_files(server) <= files + FEW
    await asyncio.gather(*(api.settled(stream.reading.start["reply"]) for stream in streams))


async def short_ones(api: Api, count: int) -> None:
    """Fill the pools: what a first use makes is not what a stream holds."""
    answers = [api.call("POST", "chat", {"content": question(tokens=1)}) for _ in range(count)]
    assert {answer.status for answer in await asyncio.gather(*answers)} == {200}


async def test_a_second_server_on_one_sqlite_file_waits_and_then_says_who_holds_it(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person]
) -> None:
    first = start_server()
    second = start_server(wait=False, DATABASE_URL=first.settings["DATABASE_URL"])
    api = caller(http, first.url, people["alice"])
    async with over(api, "sse").ask(question(tokens=20, delay=0.02)) as stream:
        assert (await stream.rest()).status == "complete"
    assert not second.answers()
    code = await asyncio.to_thread(second.exit_code, 60)
    assert code not in (0, None)
    assert str(first.pid) in second.log()


async def test_a_second_server_takes_over_when_the_first_has_drained(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person]
) -> None:
    first = start_server()
    async with Socket.open(first.url, caller(http, first.url, people["alice"]).headers):
        second = start_server(wait=False, DATABASE_URL=first.settings["DATABASE_URL"])
        first.ask_to_end()
    assert await asyncio.to_thread(first.exit_code, PATIENCE) == 0
    await asyncio.to_thread(until_true, second.answers, 60, "the second server's start")
