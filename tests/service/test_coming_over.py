"""A follower of what another process ran: once the reply runs here it is followed here, unless they left."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from fakes.another_process import runs_elsewhere
from fakes.engine_ports import settled
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end

from chat import service
from chat.actions.finish import finish_as_saved
from chat.auth.caller import Caller
from chat.database import in_database
from chat.relay import NoRelay, Piece
from chat.service import Following
from chat.service.requests import Again, Ask
from chat.service.runtime import runtime


class QuietRelay(NoRelay):
    """Hears nothing of other processes; a follower looks at the row when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.listening = asyncio.Event()
        self.look = asyncio.Event()

    @asynccontextmanager
    async def follow(
        self, reply: UUID, epoch: UUID, server: UUID, *, reasoning: int, text: int
    ) -> AsyncIterator[AsyncIterator[Piece | None]]:
        yield self._until_let()

    async def _until_let(self) -> AsyncIterator[Piece | None]:
        self.listening.set()
        await self.look.wait()
        yield None


@pytest.fixture
async def relay(upstream: FedUpstream) -> QuietRelay:
    here = await runtime()
    here.relay = relay = QuietRelay()
    return relay


async def continued_here(caller: Caller, following: Following, epoch: UUID) -> Following:
    """The other process ended; whoever continues the reply does it here, and follows it."""
    await in_database(finish_as_saved, epoch, "interrupted")
    return await service.continue_(caller, following.reply, Again())


async def followed_elsewhere(upstream: FedUpstream, caller: Caller) -> tuple[Following, UUID]:
    """A reply `one` that another process runs, and somebody here who follows it."""
    upstream.script("one")
    first = await service.ask(caller, Ask("Hi"))
    await read_to_end(first)
    epoch = await in_database(runs_elsewhere, first.reply)
    return await service.follow(caller, first.reply), epoch


async def test_who_followed_by_the_row_goes_on_with_what_is_continued_here(
    upstream: FedUpstream, as_alice: Caller, relay: QuietRelay
) -> None:
    following, epoch = await followed_elsewhere(upstream, as_alice)
    follower = asyncio.create_task(read_to_end(following))
    async with asyncio.timeout(5):
        await relay.listening.wait()
    source = upstream.script(" two", finish_reason=None)
    more = await continued_here(as_alice, following, epoch)
    relay.look.set()
    await settled()
    more.leave()
    source.end()
    client = await follower
    assert (client.starts, client.text, client.end and client.end.status) == (1, "one two", "complete")


async def test_who_left_before_it_looked_keeps_nothing_running(
    upstream: FedUpstream, as_alice: Caller, relay: QuietRelay
) -> None:
    following, epoch = await followed_elsewhere(upstream, as_alice)
    follower = asyncio.create_task(read_to_end(following))
    async with asyncio.timeout(5):
        await relay.listening.wait()
    source = upstream.script(finish_reason=None)
    more = await continued_here(as_alice, following, epoch)
    following.leave()
    relay.look.set()
    await settled()
    more.leave()
    async with asyncio.timeout(1):
        await source.closed.wait()
    await follower
