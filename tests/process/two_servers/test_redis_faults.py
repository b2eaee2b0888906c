"""Redis is full, loses all it has, or is not there yet: replies are followed and stopped across servers."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from process.fault_run.site import Redis
from process.harness.calls import Api
from process.harness.processes import Server, StartServer
from process.harness.scripts import ProviderLog, question, words
from process.harness.shared_servers import Shared, alice_at, started
from process.harness.transports import over
from process.harness.waiting import until

pytestmark = pytest.mark.postgres

NAMES = ("sse", "ndjson", "websocket")
LIVE = 0.5
"""Of the deltas at home, how many come as one of their own elsewhere: the rows would give one in ten."""
FULL = "1"
"""Bytes: nothing more can be kept."""


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    redis = Redis(tmp_path)
    yield redis
    redis.close()


def told(redis: Redis, *words: str) -> None:
    subprocess.run(["redis-cli", "-p", str(redis.port), *words], check=True, capture_output=True, timeout=5)


async def pair(start: StartServer, shared: Shared, redis: Redis) -> list[Server]:
    # A limit that is counted in Redis, and that nobody reaches.
    limits = {"CHAT_REQUESTS_PER_MINUTE": "100000", "CHAT_MAX_SOCKETS_PER_USER": "1000"}
    return await asyncio.to_thread(started, start, shared, 2, REDIS_URL=redis.url, **limits)


async def all_works(here: Api, there: Api, log: ProviderLog) -> None:
    """Followed live elsewhere, over each transport, and stopped elsewhere."""
    for name in NAMES:
        async with over(here, name).ask(question(tokens=50, delay=0.02)) as stream:
            reply = await stream.started()
            async with over(there, name).follow(reply) as other:
                readings = await asyncio.gather(stream.rest(), other.rest())
        for reading in readings:
            assert (reading.text, reading.status, reading.overlaps) == (words(50), "complete", 0)
        at_home, away = (len(reading.of_type("delta")) for reading in readings)
        assert away >= LIVE * at_home, "live, not by the rows"
    content = question(tokens=5000, delay=0.02)
    async with over(here, "sse").ask(content) as stream:
        await stream.words(3)
        message = await over(there, "websocket").stop(stream.reading.start["reply"])
        reading = await stream.rest()
    assert (message["status"], message["content"]) == ("stopped", reading.text)
    await log.closed(content)
    assert len(await log.of(content)) == 1


@pytest.mark.parametrize("fault", [("CONFIG", "SET", "maxmemory", FULL), ("FLUSHALL",)], ids=["full", "lost"])
async def test_a_redis_that_keeps_nothing_still_passes_on(
    fault: tuple[str, ...],
    start_server: StartServer,
    shared: Shared,
    redis: Redis,
    http: aiohttp.ClientSession,
    log: ProviderLog,
) -> None:
    redis.start()
    servers = await pair(start_server, shared, redis)
    here, there = (alice_at(http, shared, server) for server in servers)
    async with over(here, "sse").ask(question(tokens=200, delay=0.02)) as stream:
        reply = await stream.started()
        async with over(there, "sse").follow(reply) as other:
            await other.words(5)
            told(redis, *fault)
            await all_works(here, there, log)
            readings = await asyncio.gather(stream.rest(), other.rest())
    for reading in readings:
        assert (reading.text, reading.status, reading.overlaps) == (words(200), "complete", 0)
    assert all(await asyncio.gather(is_ready(here), is_ready(there)))
    told(redis, "CONFIG", "SET", "maxmemory", "0")


async def is_ready(api: Api) -> bool:
    return (await api.call("GET", "/readyz")).status == 200


async def test_servers_that_start_without_redis_serve_alone_and_join_when_it_comes(
    start_server: StartServer, shared: Shared, redis: Redis, http: aiohttp.ClientSession, log: ProviderLog
) -> None:
    servers = await pair(start_server, shared, redis)
    here, there = (alice_at(http, shared, server) for server in servers)
    for api in (here, there):
        answer = await api.call("GET", "/readyz")
        assert (answer.status, answer.json["checks"]["redis"]) == (503, "does not answer")
        assert (await api.call("GET", "/readyz?without=redis")).status == 200
    async with over(here, "sse").ask(question(tokens=400, delay=0.02)) as stream:
        reply = await stream.started()
        async with over(there, "sse").follow(reply) as other:
            await other.words(20)
            await asyncio.to_thread(redis.start)
            await until(lambda: is_ready(here), what="a server that found Redis")
            await until(lambda: is_ready(there), what="the other server that found Redis")
            await all_works(here, there, log)
            readings = await asyncio.gather(stream.rest(), other.rest())
    for reading in readings:
        assert (reading.text, reading.status, reading.overlaps) == (words(400), "complete", 0)
