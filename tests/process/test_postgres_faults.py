"""PostgreSQL restarts, is slow, or has few connections left: replies go on, and end when they are saved.

What is asked meanwhile is refused with 503 and `Retry-After`; nothing is asked of the provider twice.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass

import aiohttp
import psycopg
import pytest
from fakes.tcp_switch import TcpSwitch
from process.harness.browser_session import BrowserSession
from process.harness.calls import Api, caller
from process.harness.people import Person, make_people
from process.harness.postgres_cluster import Cluster, own_cluster
from process.harness.processes import Server, StartServer, environment, manage
from process.harness.scripts import ProviderLog, now, question, words
from process.harness.shared_servers import until_it_has_models
from process.harness.transports import Stream, over
from process.harness.waiting import until

pytestmark = pytest.mark.postgres

NAMES = ("sse", "ndjson", "websocket")
TOKENS = 100
TOKEN_SECONDS = 0.02
AWAY_SECONDS = 3.0
SLOW_SECONDS = 0.05
"""For each piece, either way: a database on another continent."""
LATE_SECONDS = 1.0
"""Of the last word after the provider wrote it; a save takes longer than that by then."""
FEW = 2
"""Connections that are left, of the seven that a server would have."""
ROLE = "chat_of_few"
STATISTICS_SECONDS = 2.0
"""Until PostgreSQL's counters tell what was done: its processes report once a second."""
FEWER = 8
"""New connections for twelve pages: four threads stay, and the server's own pool may grow meanwhile."""


@dataclass(frozen=True, slots=True)
class Site:
    cluster: Cluster
    people: Mapping[str, Person]
    role_url: str
    """By a role that an administrator may bound."""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with own_cluster() as cluster:
        with psycopg.connect(cluster.url, autocommit=True) as line:
            line.execute(f"CREATE ROLE {ROLE} LOGIN".encode())
            line.execute(f"CREATE DATABASE chat OWNER {ROLE}".encode())
        role_url = f"postgres://{ROLE}@127.0.0.1:{cluster.port}/chat"
        settings = environment(DATABASE_URL=role_url)
        manage(settings, "migrate", "-v", "0")
        yield Site(cluster, make_people(settings), role_url)


@contextlib.asynccontextmanager
async def serving(start: StartServer, site: Site, url: str) -> AsyncIterator[Server]:
    def begin() -> Server:
        server = start(DATABASE_URL=url, CHAT_AUTO_TITLE="0")
        until_it_has_models(server, site.people)
        return server

    server = await asyncio.to_thread(begin)
    try:
        yield server
    finally:
        await asyncio.to_thread(server.close)


@contextlib.asynccontextmanager
async def three_streams(api: Api) -> AsyncIterator[tuple[list[str], list[Stream]]]:
    contents = [question(tokens=TOKENS, delay=TOKEN_SECONDS) for _ in NAMES]
    async with contextlib.AsyncExitStack() as stack:
        asks = [over(api, name).ask(each) for name, each in zip(NAMES, contents, strict=True)]
        streams = [await stack.enter_async_context(ask) for ask in asks]
        await asyncio.gather(*(stream.words(5) for stream in streams))
        yield contents, streams


async def end_whole(streams: list[Stream]) -> None:
    for reading in await asyncio.gather(*(stream.rest() for stream in streams)):
        assert (reading.text, reading.status, reading.overlaps) == (words(TOKENS), "complete", 0)


async def are_saved(api: Api, log: ProviderLog, contents: list[str], streams: list[Stream]) -> None:
    for content, stream in zip(contents, streams, strict=True):
        saved = await api.message(stream.reading.start["reply"])
        assert (saved["content"], saved["status"]) == (words(TOKENS), "complete")
        assert len(await log.of(content)) == 1


async def refused(api: Api, log: ProviderLog) -> None:
    content = question(tokens=2)
    answer = await api.call("POST", "chat", {"content": content, "stream": False})
    assert (answer.status, answer.error["code"]) == (503, "database_unavailable"), answer.body
    assert int(answer.headers["Retry-After"]) > 0
    assert await log.of(content) == []


async def as_at_first(server: Server, api: Api, at_rest: tuple[int, int]) -> None:
    """A question is answered; and neither threads nor files stay behind."""

    async def look() -> bool:
        answer = await api.call("POST", "chat", {"content": question(tokens=2), "stream": False})
        threads, files = server.threads(), len(server.open_files())
        return answer.status == 200 and threads <= at_rest[0] + 4 and files <= at_rest[1] + 8

    await until(look, 30, f"a server as at rest, {at_rest}")


def kept(server: Server) -> tuple[int, int]:
    return server.threads(), len(server.open_files())


async def warm(api: Api) -> None:
    async with three_streams(api) as (_, streams):
        await asyncio.gather(*(stream.rest() for stream in streams))


@pytest.mark.parametrize("how", ["immediate", "fast"])
async def test_a_restart_of_postgres_loses_nothing(
    how: str, site: Site, start_server: StartServer, http: aiohttp.ClientSession, log: ProviderLog
) -> None:
    async with serving(start_server, site, site.role_url) as server:
        api = caller(http, server.url, site.people["alice"])
        await warm(api)
        at_rest = kept(server)
        async with three_streams(api) as (contents, streams):
            await asyncio.to_thread(site.cluster.stop, how)
            try:
                await refused(api, log)
                await asyncio.gather(*(stream.words(TOKENS) for stream in streams))
                await asyncio.sleep(AWAY_SECONDS)
                assert not any(stream.reading.ended for stream in streams), "an end came before its save"
            finally:
                await asyncio.to_thread(site.cluster.start)
            await end_whole(streams)
        await are_saved(api, log, contents, streams)
        await as_at_first(server, api, at_rest)


async def test_pages_have_few_connections_and_find_a_database_that_restarted(
    site: Site, start_server: StartServer, http: aiohttp.ClientSession
) -> None:
    def sessions() -> int:
        with psycopg.connect(site.cluster.url, autocommit=True) as line:
            row = line.execute("SELECT sessions FROM pg_stat_database WHERE datname = 'chat'").fetchone()
        assert row is not None
        return int(row[0])

    async with serving(start_server, site, site.role_url) as server:
        browser = BrowserSession(Api(http, server.url))
        await browser.sign_in("alice")

        async def pages(count: int) -> None:
            for _ in range(count):
                page = await browser.reading.call("GET", "/")
                assert (page.status, b"data-transport" in page.body) == (200, True)

        await pages(2)
        await asyncio.sleep(STATISTICS_SECONDS)
        before = await asyncio.to_thread(sessions)
        await pages(12)
        await asyncio.sleep(STATISTICS_SECONDS)
        assert await asyncio.to_thread(sessions) - before <= FEWER
        await asyncio.to_thread(site.cluster.stop, "fast")
        await asyncio.to_thread(site.cluster.start)
        await pages(6)


async def test_a_slow_postgres_slows_no_text(
    site: Site, start_server: StartServer, http: aiohttp.ClientSession, log: ProviderLog
) -> None:
    async with TcpSwitch.to("127.0.0.1", site.cluster.port) as way:
        url = site.role_url.replace(f":{site.cluster.port}/", f":{way.port}/")
        async with serving(start_server, site, url) as server:
            api = caller(http, server.url, site.people["alice"])
            await warm(api)
            at_rest = kept(server)
            async with three_streams(api) as (contents, streams):
                way.delay = SLOW_SECONDS
                await asyncio.gather(*(stream.words(TOKENS) for stream in streams))
                shown = now()
                sent = [entry["finished"] for each in contents for entry in await log.of(each)]
                assert shown < max(sent) + LATE_SECONDS
                assert not any(stream.reading.ended for stream in streams), "their ends are on the way"
                await end_whole(streams)
                await are_saved(api, log, contents, streams)
            slowly = await api.call("POST", "chat", {"content": question(tokens=2), "stream": False})
            assert slowly.status == 200
            way.delay = 0
            await as_at_first(server, api, at_rest)


async def test_without_a_connection_left_replies_go_on_and_questions_are_refused(
    site: Site, start_server: StartServer, http: aiohttp.ClientSession, log: ProviderLog
) -> None:
    def allow(connections: int) -> None:
        with psycopg.connect(site.cluster.url, autocommit=True) as line:
            line.execute(f"ALTER ROLE {ROLE} CONNECTION LIMIT {connections}".encode())
            line.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'chat'")

    def body() -> dict[str, object]:
        return {"content": question(tokens=2), "stream": False}

    async with serving(start_server, site, site.role_url) as server:
        api = caller(http, server.url, site.people["alice"])
        await warm(api)
        at_rest = kept(server)
        async with three_streams(api) as (contents, streams):
            await asyncio.to_thread(allow, FEW)
            try:
                answers = [await api.call("POST", "chat", body()) for _ in range(8)]
                await end_whole(streams)
            finally:
                await asyncio.to_thread(allow, -1)
        for answer in answers:
            assert answer.status in (200, 503), answer.body
            assert answer.status == 200 or int(answer.headers["Retry-After"]) > 0
        print(f"\nwith {FEW} connections: {[answer.status for answer in answers]}")
        await as_at_first(server, api, at_rest)
        await are_saved(api, log, contents, streams)
