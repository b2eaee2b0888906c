"""Two servers without Redis, or with one that cannot be reached: the rows lead from one to the other."""

import asyncio

import aiohttp
import pytest
from fakes.tcp_switch import TcpSwitch
from process.harness.calls import Api
from process.harness.processes import Server, StartServer
from process.harness.scripts import ProviderLog, now, question, words
from process.harness.shared_servers import Shared, alice_at, started
from process.harness.transports import over
from process.harness.waiting import free_port

pytestmark = pytest.mark.postgres

OUTAGE_SECONDS = 12.0
"""Longer than a lease lasts and a reply runs on alone."""


@pytest.fixture(scope="module", params=["no Redis", "Redis is away"])
def pair(request: pytest.FixtureRequest, shared: Shared, start_module_server: StartServer) -> list[Server]:
    url = "" if request.param == "no Redis" else f"redis://127.0.0.1:{free_port()}/7"
    return started(start_module_server, shared, 2, REDIS_URL=url)


async def test_a_reply_is_followed_and_resumed_by_its_row(here: Api, there: Api) -> None:
    async with over(here, "sse").ask(question(tokens=100, delay=0.04)) as stream:
        reply = await stream.started()
        resumed = (await stream.words(10)).goes_on()
        async with (
            over(there, "sse").follow(reply) as first,
            over(there, "websocket").follow(reply) as second,
            over(there, "ndjson").follow(reply, resumed) as third,
        ):
            readings = await asyncio.gather(*(each.rest() for each in (stream, first, second, third)))
    for reading in readings:
        assert (reading.status, reading.text, reading.overlaps) == ("complete", words(100), 0)
    assert resumed.of_type("start") == []
    assert min(len(reading.of_type("delta")) for reading in readings[1:3]) > 1, "it came as it grew"


@pytest.mark.parametrize("name", ["sse", "websocket"])
async def test_a_stop_elsewhere_reaches_the_owner_and_takes_nothing_back(
    name: str, here: Api, there: Api, log: ProviderLog
) -> None:
    content = question(tokens=2000, delay=0.02)
    async with over(here, "sse").ask(content) as stream:
        await stream.words(20)
        reply = stream.reading.start["reply"]
        message = await over(there, name).stop(reply)
        reading = await stream.rest()
    assert message["status"] == reading.status == "stopped"
    assert message["content"] == reading.text
    assert (reading.restarts, reading.overlaps) == (0, 0)
    await log.closed(content)
    assert await over(here, name).stop(reply) == await over(there, name).stop(reply)
    assert (await here.message(reply))["content"] == message["content"]


async def test_an_outage_of_redis_is_neither_an_abort_nor_a_gap(
    start_server: StartServer, shared: Shared, http: aiohttp.ClientSession, log: ProviderLog
) -> None:
    content = question(tokens=5000, delay=0.02)
    async with TcpSwitch.to_redis() as way:
        url = f"redis://127.0.0.1:{way.port}/7"
        servers = await asyncio.to_thread(started, start_server, shared, 2, REDIS_URL=url)
        here, there = (alice_at(http, shared, server) for server in servers)
        begun = (await here.ask_behind(content, resume_window=10))["reply"]
        async with over(there, "sse").follow(begun) as other:
            await other.until(lambda reading: len(reading.of_type("delta")) > 20)
            way.cut()
            mended = now() + OUTAGE_SECONDS
            while now() < mended:
                await other.next()
            way.mend()
            pieces = len(other.reading.of_type("delta"))
            await other.until(lambda reading: len(reading.of_type("delta")) > pieces + 50)
            print(f"\nlive again after {now() - mended:.1f} s")
            message = await over(there, "sse").stop(begun)
            reading = await other.rest()
    assert (reading.status, reading.text) == ("stopped", message["content"])
    assert (reading.overlaps, reading.restarts) == (0, 0)
    await log.closed(content)
