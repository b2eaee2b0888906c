"""SQLite whose disk is full, or which another program holds: nothing that was shown is lost.

Replies that run go on and keep their ends back; what is asked is refused, and told why; what is there can
be read.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import aiohttp
import pytest
from process.harness.calls import Api, caller
from process.harness.people import Person
from process.harness.prepared import Prepared
from process.harness.processes import Server, StartServer
from process.harness.scripts import ProviderLog, now, question, words
from process.harness.shared_servers import until_it_has_models
from process.harness.small_disk import small_disk
from process.harness.transports import over
from process.harness.waiting import until

pytestmark = pytest.mark.process

DISK = 24
"""MiB: the database, and some room."""
STUCK_SECONDS = 12.0
"""Longer than a writer waits for another one."""
TOKENS = 100
NAMES = ("sse", "ndjson", "websocket")
Stuck = Callable[[], None]


@contextlib.contextmanager
def disk_full(path: Path) -> Iterator[tuple[Stuck, Stuck]]:
    with small_disk(path, DISK) as disk:
        yield disk.fill, disk.free


@contextlib.contextmanager
def held_by_another(path: Path) -> Iterator[tuple[Stuck, Stuck]]:
    path.mkdir()
    with contextlib.closing(
        sqlite3.connect(path / "chat.sqlite3", isolation_level=None, check_same_thread=False)
    ) as other:
        yield lambda: void(other.execute("BEGIN IMMEDIATE")), lambda: void(other.execute("COMMIT"))


def void(_: object) -> None:
    pass


@pytest.mark.parametrize("fault", [disk_full, held_by_another])
async def test_what_runs_is_saved_later_and_what_is_asked_is_refused_now(
    fault: Callable[[Path], contextlib.AbstractContextManager[tuple[Stuck, Stuck]]],
    start_server: StartServer,
    prepared: Prepared,
    http: aiohttp.ClientSession,
    people: Mapping[str, Person],
    log: ProviderLog,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "disk"
    with fault(folder) as (stick, free):
        server = start_server(DATABASE_URL=prepared.copy_to(folder), CHAT_AUTO_TITLE="0")
        await asyncio.to_thread(until_it_has_models, server, people)
        api = caller(http, server.url, people["alice"])
        before, *_ = [await asked_and_read(api, name) for name in NAMES * 3]
        at_rest = kept(server)
        contents = [question(tokens=TOKENS, delay=0.02) for _ in range(3)]
        async with contextlib.AsyncExitStack() as stack:
            asks = [over(api, name).ask(each) for name, each in zip(NAMES, contents, strict=True)]
            streams = [await stack.enter_async_context(ask) for ask in asks]
            await asyncio.gather(*(stream.words(5) for stream in streams))
            stick()
            await asyncio.gather(*(stream.words(TOKENS) for stream in streams))
            readings = [asyncio.create_task(stream.rest()) for stream in streams]
            stuck_until = now() + STUCK_SECONDS
            refused = question(tokens=2)
            answer = await api.call("POST", "chat", {"content": refused, "stream": False})
            assert (answer.status, answer.error["code"]) == (503, "database_unavailable")
            assert int(answer.headers["Retry-After"]) > 0
            assert await api.message(before) is not None, "what is there is read"
            await asyncio.sleep(stuck_until - now())
            assert not any(reading.done() for reading in readings), "an end came before its save"
            free()
            told = await asyncio.gather(*readings)
        for content, reading in zip(contents, told, strict=True):
            assert (reading.text, reading.status) == (words(TOKENS), "complete")
            saved = await api.message(reading.start["reply"])
            assert (saved["content"], saved["status"]) == (words(TOKENS), "complete")
            assert len(await log.of(content)) == 1
        assert await log.of(refused) == [], "what was refused was not asked"
        await asked_and_read(api, "sse")
        await until(lambda: as_before(server, at_rest), what=f"a server as at rest, {at_rest}")
        await asyncio.to_thread(server.close)
        assert "Traceback" not in server.log()


async def asked_and_read(api: Api, name: str) -> str:
    async with over(api, name).ask(question(tokens=3)) as stream:
        reading = await stream.rest()
    assert (reading.text, reading.status) == (words(3), "complete")
    reply: str = reading.start["reply"]
    return reply


def kept(server: Server) -> tuple[int, int]:
    return server.threads(), len(server.open_files())


async def as_before(server: Server, at_rest: tuple[int, int]) -> bool:
    threads, files = kept(server)
    return threads <= at_rest[0] + 2 and files <= at_rest[1] + 4
