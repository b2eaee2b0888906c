"""Many replies of one server are stopped at the other one at the same moment: each stop holds.

How long they take is told by `benchmarks/stops_elsewhere.py`.
"""

import asyncio
import contextlib
from typing import Any

import pytest
from process.harness.calls import Api
from process.harness.scripts import ProviderLog, now, question, words
from process.harness.transports import Stream, over

pytestmark = pytest.mark.postgres

STOPS = 40
CLOSE_SECONDS = 1.0
"""The provider is one busy process too: it notes a close when its turn comes."""
AFTERWARDS = 0.5


async def test_many_stops_elsewhere_close_the_provider_first_and_no_text_grows_after(
    here: Api, there: Api, log: ProviderLog
) -> None:
    contents = [question(tokens=5000, delay=0.02) for _ in range(STOPS)]

    async def stopped(number: int, stream: Stream) -> tuple[dict[str, Any], float]:
        name = ("sse", "websocket")[number % 2]
        return await over(there, name).stop(stream.reading.start["reply"]), now()

    async with contextlib.AsyncExitStack() as stack:
        asks = [
            over(here, ("sse", "ndjson", "websocket")[n % 3]).ask(each) for n, each in enumerate(contents)
        ]
        # At once: one after the other the first sockets would wait too long for somebody who answers pings.
        streams = await asyncio.gather(*(stack.enter_async_context(ask) for ask in asks))
        await asyncio.gather(*(stream.words(3) for stream in streams))
        readings = [asyncio.create_task(stream.rest()) for stream in streams]
        answers = await asyncio.gather(*(stopped(*each) for each in enumerate(streams)))
        told = await asyncio.gather(*readings)
    await asyncio.sleep(AFTERWARDS)
    entries = await log.entries()
    for content, (message, answered), reading in zip(contents, answers, told, strict=True):
        assert message["status"] == reading.status == "stopped"
        assert words(5000).startswith(message["content"])
        assert reading.text == message["content"], "what was shown is what was answered"
        assert await here.message(message["id"]) == message, "nothing grew after the answer"
        (asked,) = log.among(entries, content)
        assert asked["closed"] is not None
        assert asked["closed"] < answered + CLOSE_SECONDS
