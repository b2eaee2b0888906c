"""One connection to Redis that breaks in ways that nobody expects: it comes back, and nobody else fails."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
from fakes.cancelled_early import ends_when_cancelled
from redis.exceptions import ConnectionError as RedisConnectionError

from chat.ids import new_id
from chat.relay.redis_line import RedisLine

pytestmark = pytest.mark.postgres

URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379")


class Breaking:
    """Breaks the line at the first message, as uvloop breaks a connection that is being made."""

    def __init__(self) -> None:
        self.broke = False
        self.heard = asyncio.Event()

    def hear(self, data: bytes) -> None:
        if not self.broke:
            self.broke = True
            raise RuntimeError("unable to perform operation on <TCPTransport>; the handler is closed")
        self.heard.set()


@pytest.fixture
async def breaking() -> Breaking:
    return Breaking()


@pytest.fixture
async def line(breaking: Breaking) -> AsyncIterator[RedisLine]:
    line = RedisLine(URL, [f"test-{new_id()}"], breaking.hear, lambda: None)
    running = asyncio.create_task(line.run())
    yield line
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await line.close()


async def test_a_line_that_broke_in_an_unknown_way_hears_again(line: RedisLine, breaking: Breaking) -> None:
    async with asyncio.timeout(10):
        while not breaking.heard.is_set():
            await line.publish(line._channels[0], b"message")
            await asyncio.sleep(0.02)


async def test_who_sends_while_it_is_closed_is_told_that_nobody_heard(line: RedisLine) -> None:
    await line.publish("test-nobody", b"the connection is there")
    sending = [asyncio.create_task(line.publish("test-nobody", b"message")) for _ in range(20)]
    await asyncio.sleep(0)
    await line.close()
    assert set(await asyncio.gather(*sending)) == {False}


async def closing_it_fails(*arguments: object) -> None:
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        raise RedisConnectionError("closed while it was used") from None


async def test_a_line_that_is_told_to_end_ends_whatever_its_connection_says_to_that(
    breaking: Breaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = RedisLine(URL, [f"test-{new_id()}"], breaking.hear, lambda: None)
    monkeypatch.setattr(line, "_listen", closing_it_fails)
    monkeypatch.setattr(line._redis, "publish", closing_it_fails)
    for work in (line.run(), line.publish("test-nobody", b"message")):
        working = asyncio.create_task(work)
        while not line.up:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        working.cancel()
        done, _ = await asyncio.wait({working}, timeout=3)
        assert done
        assert working.cancelled()
    await line.close()


async def test_who_lets_go_behind_its_own_end_may_send(
    line: RedisLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []

    async def work() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            sent.append(await line.publish("test-nobody", b"message"))

    async def fail(*arguments: object) -> None:
        raise RedisConnectionError("away")

    monkeypatch.setattr(line._redis, "publish", fail)
    working = asyncio.create_task(work())
    await asyncio.sleep(0)
    working.cancel()
    await asyncio.wait({working})
    assert sent == [False]


@pytest.mark.parametrize("steps", range(30))
async def test_a_line_that_is_told_to_end_while_it_begins_ends(steps: int) -> None:
    """After so many steps of the loop. redis swallows the cancellation in some of them."""
    line = RedisLine(URL, [f"test-{new_id()}"], lambda data: None, lambda: None)
    assert await ends_when_cancelled(line.run(), after=steps)
    await line.close()
