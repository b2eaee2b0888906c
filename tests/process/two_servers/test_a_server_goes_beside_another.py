"""One of two servers is killed, told to end, or stands still: what clients of the other one are told."""

import asyncio
import signal

import aiohttp
import pytest
from process.harness.calls import Api
from process.harness.processes import Server, StartServer
from process.harness.reading import Reading
from process.harness.scripts import ProviderLog, now, question, words
from process.harness.shared_servers import Shared, alice_at, started
from process.harness.transports import Stream, over

pytestmark = pytest.mark.postgres

TOLD_SECONDS = 15.0
"""From a kill to the `end` that followers elsewhere get."""
BEHIND = 15
"""Words that the last checkpoint may lack: 0.2 s of them, and some more on a busy machine."""
STILL_SECONDS = 14.0
"""Longer than the 10 s after which the others take a server for dead."""
EXIT_SECONDS = 10
AT_ONCE_SECONDS = 1.5
OWNER_SECONDS = 3.0
"""A server that is not heard of is given so long to find a stop in the database: it may live."""
LEASE_SECONDS = 13.0
"""A lease that nobody renews lasts 10 s."""
ENDLESS = {"tokens": 5000, "delay": 0.02}


@pytest.fixture
def one(start_server: StartServer, shared: Shared) -> Server:
    """A server that the test may end."""
    return started(start_server, shared, 1)[0]


@pytest.fixture
def here(http: aiohttp.ClientSession, shared: Shared, one: Server) -> Api:
    """Alice at the server that goes; the reply runs in it."""
    return alice_at(http, shared, one)


async def all_words(count: int, *streams: Stream) -> None:
    await asyncio.gather(*(stream.words(count) for stream in streams))


async def all_ends(*streams: Stream) -> list[Reading]:
    return await asyncio.gather(*(stream.rest() for stream in streams))


async def test_followers_of_a_killed_server_get_the_last_checkpoint_within_15_seconds(
    one: Server, here: Api, there: Api
) -> None:
    async with over(here, "sse").ask(question(**ENDLESS)) as stream:
        reply = await stream.started()
        async with (
            over(there, "sse").follow(reply) as first,
            over(there, "websocket").follow(reply) as second,
        ):
            await all_words(60, stream, first, second)
            one.kill()
            since = now()
            while await stream.next() is not None:
                pass
            async with over(there, "ndjson").follow(reply, stream.reading.goes_on()) as cut_off:
                readings = await all_ends(first, second, cut_off)
            print(f"\nkilled: told after {now() - since:.2f} s")
            assert now() - since < TOLD_SECONDS
    message = await there.message(reply)
    assert words(5000).startswith(message["content"])
    assert stream.reading.text.count(" ") - message["content"].count(" ") <= BEHIND
    for reading in readings:
        assert (reading.status, reading.text) == ("interrupted", message["content"])
        assert reading.restarts <= 1, "only where more was shown than saved"


async def test_a_killed_server_leaves_the_replies_that_it_followed_and_its_own_can_be_stopped(
    one: Server, here: Api, there: Api, log: ProviderLog
) -> None:
    left = question(**ENDLESS)
    async with over(there, "sse").ask(left) as abandoned, over(here, "sse").ask(question(**ENDLESS)) as own:
        reply = await abandoned.started()
        async with over(here, "sse").follow(reply) as leased:
            await all_words(20, leased, own)
            abandoned.cut()
            await leased.words(leased.reading.text.count(" ") + 20)
            one.kill()
            since = now()
            stopped = await there.stop(own.reading.start["reply"])
            assert now() - since < OWNER_SECONDS + AT_ONCE_SECONDS
    assert stopped["status"] == "stopped"
    assert words(5000).startswith(stopped["content"])
    assert (await log.closed(left))["closed"] < since + LEASE_SECONDS
    assert (await there.settled(reply))["status"] == "interrupted"


async def test_followers_of_a_server_that_ends_are_told_and_nothing_is_lost(
    one: Server, here: Api, there: Api
) -> None:
    async with over(here, "sse").ask(question(**ENDLESS)) as stream:
        reply = await stream.started()
        async with (
            over(there, "sse").follow(reply) as first,
            over(there, "websocket").follow(reply) as second,
        ):
            await all_words(20, stream, first, second)
            one.ask_to_end()
            readings = await all_ends(stream, first, second)
    assert await asyncio.to_thread(one.exit_code, EXIT_SECONDS) == 0
    message = await there.message(reply)
    assert message["status"] == "interrupted"
    for reading in readings:
        assert (reading.status, reading.text) == ("interrupted", message["content"])
        assert (reading.overlaps, reading.restarts) == (0, 0)


async def test_followers_elsewhere_are_told_at_once_though_nobody_follows_at_home(
    one: Server, here: Api, there: Api
) -> None:
    asked = await here.ask_behind(question(**ENDLESS))
    async with over(there, "sse").follow(asked["reply"]) as stream:
        await stream.words(20)
        one.ask_to_end()
        since = now()
        reading = await stream.rest()
        print(f"\nended: told after {now() - since:.2f} s")
        assert now() - since < AT_ONCE_SECONDS
    message = await there.message(asked["reply"])
    assert (reading.status, reading.text) == ("interrupted", message["content"])
    assert (reading.overlaps, reading.restarts) == (0, 0)


async def test_a_server_that_stood_still_tells_what_the_others_saved_and_writes_nothing_more(
    one: Server, here: Api, there: Api, log: ProviderLog
) -> None:
    content = question(**ENDLESS)
    async with (
        over(here, "sse").ask(content) as stream,
        over(here, "sse").ask(question(**ENDLESS)) as stopped,
    ):
        reply = await stream.started()
        async with (
            over(here, "websocket").follow(reply) as framed,
            over(there, "sse").follow(reply) as other,
        ):
            await all_words(20, stream, framed, other, stopped)
            one.child.send_signal(signal.SIGSTOP)
            try:
                since = now()
                by_row = await there.stop(stopped.reading.start["reply"])
                print(f"\nstopped by its row after {now() - since:.2f} s")
                _, ended = await asyncio.gather(asyncio.sleep(STILL_SECONDS), other.rest())
                taken_over = await there.message(reply)
            finally:
                one.child.send_signal(signal.SIGCONT)
            readings = await all_ends(stream, framed)
        of_stopped = await stopped.rest()
    assert by_row["status"] == of_stopped.status == "stopped"
    assert by_row["content"] == of_stopped.text
    assert taken_over["status"] == "interrupted"
    for reading in (ended, *readings):
        assert (reading.status, reading.text) == ("interrupted", taken_over["content"])
    await log.closed(content)
    asked = await here.ask_behind(question(tokens=40, delay=0.02))
    async with over(there, "sse").follow(asked["reply"]) as other:
        assert (await other.rest()).text == words(40)
    assert await there.message(reply) == taken_over


async def test_under_uvicorn_an_abort_closes_the_provider_and_an_end_loses_nothing(
    start_server: StartServer, shared: Shared, there: Api, log: ProviderLog
) -> None:
    one = started(start_server, shared, 1, way="uvicorn")[0]
    here = there.at(one.url)
    for name in ("sse", "websocket"):
        content = question(tokens=9, fail="stall", after=3)
        async with over(here, name).ask(content) as stream:
            await stream.words(3)
            since = now()
            stream.cut()
        assert (await log.closed(content))["closed"] < since + 1
        message = await there.settled(stream.reading.start["reply"])
        assert (message["status"], message["content"]) == ("interrupted", words(3))
    async with over(here, "sse").ask(question(**ENDLESS)) as stream:
        reply = await stream.started()
        async with (
            over(here, "websocket").follow(reply) as framed,
            over(there, "sse").follow(reply) as other,
        ):
            await all_words(20, stream, framed, other)
            assert len(other.reading.of_type("delta")) > 10, "live, not by the row"
            one.ask_to_end()
            readings = await all_ends(stream, framed, other)
    await asyncio.to_thread(one.exit_code, EXIT_SECONDS)
    message = await there.message(reply)
    for reading in readings:
        assert (reading.status, reading.text) == ("interrupted", message["content"])
        assert reading.overlaps == 0
