"""One of two servers has its clock set an hour forward or back: neither takes the other for dead."""

import asyncio
from pathlib import Path

import aiohttp
import pytest
from process.harness.calls import Api
from process.harness.moved_clock import Clock
from process.harness.processes import StartServer
from process.harness.scripts import ProviderLog, question, words
from process.harness.shared_servers import Shared, alice_at, started
from process.harness.transports import over

pytestmark = pytest.mark.postgres

TOKENS = 600
TOKEN_SECONDS = 0.025
"""15 s in all: longer than a lease lasts, and than others wait before they take a server for dead."""


@pytest.mark.parametrize("jump", [3600, -3600], ids=["forward", "back"])
async def test_replies_are_followed_and_stopped_across_the_jump(
    jump: int,
    start_server: StartServer,
    shared: Shared,
    there: Api,
    http: aiohttp.ClientSession,
    log: ProviderLog,
    tmp_path: Path,
) -> None:
    clock = Clock(tmp_path)
    here = alice_at(http, shared, started(start_server, shared, 1, **clock.settings)[0])
    contents = [question(tokens=TOKENS, delay=TOKEN_SECONDS) for _ in range(2)]
    async with over(here, "sse").ask(contents[0]) as stream, over(there, "sse").ask(contents[1]) as other:
        replies = await stream.started(), await other.started()
        async with (
            over(there, "sse").follow(replies[0]) as one,
            over(here, "ndjson").follow(replies[1]) as two,
        ):
            await asyncio.gather(one.words(10), two.words(10))
            clock.move(jump)
            readings = await asyncio.gather(*(each.rest() for each in (stream, other, one, two)))
    for reading in readings:
        assert (reading.text, reading.status, reading.overlaps) == (words(TOKENS), "complete", 0)
    for content in contents:
        assert len(await log.of(content)) == 1
    async with over(here, "sse").ask(question(tokens=5000, delay=0.02)) as stream:
        await stream.words(3)
        message = await there.stop(stream.reading.start["reply"])
        assert (message["status"], message["content"]) == ("stopped", (await stream.rest()).text)
