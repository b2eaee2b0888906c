"""What comes while a follower waits is written in the step that brought it; nothing twice, nothing late."""

import asyncio
from typing import Any

import pytest
from fakes.engine_ports import FedSource, settled
from fakes.fed_upstream import FedUpstream
from fakes.joining_client import Client

from chat import service
from chat.at_once import Left, at_once
from chat.auth.caller import Caller
from chat.chunks import Chunk
from chat.errors import ChatError
from chat.events import Batch
from chat.service import Following
from chat.service.requests import Ask


class Reader:
    """Reads a following as connections do: iterates it, and takes what is pushed meanwhile."""

    def __init__(self, following: Following) -> None:
        self.client = Client()
        self.pushed = 0
        self.iterated = 0
        self.writable = asyncio.Event()
        self.writable.set()
        self.error: Exception | None = None
        self.following = following
        following.push = self._push
        self.task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for batch in self.following:
            self.iterated += 1
            await self._write(batch)

    def _push(self, batch: Batch) -> Left:
        self.pushed += 1
        return at_once(self._write(batch))

    async def _write(self, batch: Batch) -> None:
        if self.error is not None:
            raise self.error
        self.client.take(batch)
        await self.writable.wait()


@pytest.fixture
async def speaking(upstream: FedUpstream, as_alice: Caller) -> tuple[Reader, FedSource]:
    """A reply whose follower has its beginning, and waits."""
    source = upstream.script("One", finish_reason=None)
    reader = Reader(await service.ask(as_alice, Ask("Hi", resume_window=60)))
    async with asyncio.timeout(5):
        while reader.client.text != "One":
            await asyncio.sleep(0.01)
    await settled()
    return reader, source


def live_of(reader: Reader) -> Any:
    assert reader.following.live is not None
    return reader.following.live


async def test_a_waiting_follower_has_a_token_before_the_step_that_brought_it_is_over(
    speaking: tuple[Reader, FedSource],
) -> None:
    reader, _ = speaking
    iterated = reader.iterated
    for piece in (" two", " three"):
        live_of(reader).append([Chunk(text=piece)])
        assert reader.client.text.endswith(piece)
    assert reader.iterated == iterated


async def test_the_end_comes_by_the_same_way_and_ends_the_iteration(
    speaking: tuple[Reader, FedSource],
) -> None:
    reader, source = speaking
    source.text(" two")
    source.end()
    await asyncio.wait_for(reader.task, 5)
    assert reader.client.text == "One two"
    assert reader.client.end is not None
    assert reader.client.end.status == "complete"


async def test_one_whose_buffer_is_full_is_pushed_nothing_until_it_is_not(
    speaking: tuple[Reader, FedSource],
) -> None:
    reader, _ = speaking
    reader.writable.clear()
    pushed = reader.pushed
    for piece in (" two", " three", " four"):
        live_of(reader).append([Chunk(text=piece)])
        await settled()
    assert reader.pushed == pushed + 1
    assert reader.client.text == "One two"
    reader.writable.set()
    await settled()
    assert reader.client.text == "One two three four"


async def test_who_went_is_pushed_nothing(speaking: tuple[Reader, FedSource]) -> None:
    reader, _ = speaking
    live = live_of(reader)
    reader.task.cancel()
    live.append([Chunk(text=" two")])  # before the task has seen that it is to end
    with pytest.raises(asyncio.CancelledError):
        await reader.task
    live.append([Chunk(text=" three")])
    assert reader.client.text == "One"


async def test_who_was_revoked_is_pushed_nothing(speaking: tuple[Reader, FedSource]) -> None:
    reader, _ = speaking
    live = live_of(reader)
    reader.following.revoke()
    live.append([Chunk(text=" two")])
    await asyncio.wait_for(reader.task, 5)
    assert reader.client.text == "One"


async def test_a_write_that_fails_is_its_connections_error_and_not_the_replys(
    speaking: tuple[Reader, FedSource], as_alice: Caller
) -> None:
    reader, source = speaking
    reader.error = ChatError("The line is cut.")
    source.text(" two")
    source.end()
    with pytest.raises(ChatError, match="The line is cut"):
        await asyncio.wait_for(reader.task, 5)
    other = Client()
    async for batch in await service.follow(as_alice, reader.following.reply):
        other.take(batch)
    assert other.text == "One two"
    assert other.end is not None
    assert other.end.status == "complete"


async def test_a_push_that_breaks_is_no_trouble_of_the_reply(
    speaking: tuple[Reader, FedSource], as_alice: Caller
) -> None:
    reader, source = speaking

    def broken(batch: Batch) -> Left:
        raise RuntimeError("broken")

    reader.following.push = broken
    source.text(" two")
    source.end()
    other = Client()
    async for batch in await service.follow(as_alice, reader.following.reply):
        other.take(batch)
    assert other.text == "One two"
    with pytest.raises(RuntimeError, match="broken"):
        await asyncio.wait_for(reader.task, 5)


async def test_a_follower_to_whom_tokens_are_pushed_is_told_no_keep_alive(
    upstream: FedUpstream, as_alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.service.following.KEEP_ALIVE_SECONDS", 0.3)
    source = upstream.script("One", finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi"))
    reader = Reader(following)
    for _ in range(10):
        await asyncio.sleep(0.1)
        source.text(".")
    iterated = reader.iterated
    source.end()
    await asyncio.wait_for(reader.task, 5)
    assert reader.client.text == "One" + "." * 10
    assert reader.pushed >= 10
    assert iterated <= 3, "the start, and what was there before it waited"
