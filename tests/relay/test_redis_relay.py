"""Two processes that meet on a real Redis: two relays in one, each with an owner of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from fakes.scripted_owner import ScriptedOwner, ScriptedReply, SetClock
from fakes.tcp_switch import TcpSwitch

from chat.ids import new_id
from chat.relay import Piece, RedisRelay
from chat.relay.ports import LOST_SECONDS, RENEW_SECONDS

pytestmark = pytest.mark.postgres


class Cluster:
    """`here` follows what `there` owns, each with its own way to Redis."""

    def __init__(self, prefix: str, ways: tuple[TcpSwitch, TcpSwitch]) -> None:
        self.reply = ScriptedReply()
        self.clock = SetClock()
        self.way_here, self.way_there = ways
        self.owner_here, self.owner_there = ScriptedOwner(), ScriptedOwner(self.reply)
        self.server_here, self.server_there = new_id(), new_id()
        self.here = self.relay(prefix, self.way_here, self.server_here)
        self.there = self.relay(prefix, self.way_there, self.server_there)

    def relay(self, prefix: str, way: TcpSwitch, server: UUID) -> RedisRelay:
        return RedisRelay(f"redis://127.0.0.1:{way.port}", server, prefix=prefix, clock=self.clock)

    @asynccontextmanager
    async def following(self, text: int = 0) -> AsyncIterator[AsyncIterator[Piece | None]]:
        async with self.here.follow(
            self.reply.id, self.reply.epoch, self.server_there, reasoning=0, text=text
        ) as pieces:
            yield pieces


@pytest.fixture
async def cluster() -> AsyncIterator[Cluster]:
    async with TcpSwitch.to_redis() as here, TcpSwitch.to_redis() as there, asyncio.timeout(20):
        cluster = Cluster(f"test-{new_id()}", (here, there))
        await cluster.here.start(cluster.owner_here)
        await cluster.there.start(cluster.owner_there)
        await until_up(cluster.here, cluster.there)
        yield cluster
        await cluster.here.close()
        await cluster.there.close()


async def until_up(*relays: RedisRelay) -> None:
    while not all(relay.up for relay in relays):
        await asyncio.sleep(0.01)


async def until_down(relay: RedisRelay) -> None:
    while relay.up:
        await asyncio.sleep(0.01)


async def text_of(pieces: AsyncIterator[Piece | None], length: int) -> str:
    """Read until so much text has come, and check that every piece begins where the one before it ended."""
    text = ""
    while len(text) < length:
        piece = await anext(pieces)
        if piece is not None:
            assert piece.text_offset == len(text)
            text += piece.text
    return text


async def test_a_reply_is_followed_from_another_process_to_its_end(cluster: Cluster) -> None:
    cluster.reply.grow("Hello, ")
    async with cluster.following() as pieces:
        assert await text_of(pieces, 7) == "Hello, "
        cluster.reply.grow("世界 👋")
        cluster.reply.end()
        assert [piece async for piece in pieces] == [Piece(0, "", 7, "世界 👋")]
    await cluster.reply.when(attached=0)


async def test_a_follower_begins_where_it_stands(cluster: Cluster) -> None:
    cluster.reply.grow("already had, new")
    async with cluster.following(text=13) as pieces:
        assert await anext(pieces) == Piece(0, "", 13, "new")


async def test_leaving_is_told_to_the_owner(cluster: Cluster) -> None:
    async with cluster.following():
        await cluster.reply.when(attached=1)
    await cluster.reply.when(attached=0)


async def test_an_epoch_that_does_not_run_there_is_over(cluster: Cluster) -> None:
    cluster.reply.epoch = new_id()
    async with cluster.following() as pieces:
        assert [piece async for piece in pieces] == []


async def test_stop_is_answered_when_the_reply_is_saved(cluster: Cluster) -> None:
    cluster.owner_there.stops_answered.clear()
    stopping = asyncio.create_task(cluster.here.stop(cluster.reply.id, cluster.server_there))
    done, _ = await asyncio.wait({stopping}, timeout=0.05)
    assert not done
    cluster.owner_there.stops_answered.set()
    assert await stopping is True
    assert cluster.reply.ended


async def test_a_stop_of_what_does_not_run_there_says_so(cluster: Cluster) -> None:
    assert await cluster.here.stop(new_id(), cluster.server_there) is False


async def test_a_stop_does_not_wait_for_a_process_that_is_gone(cluster: Cluster) -> None:
    async with asyncio.timeout(0.5):
        assert await cluster.here.stop(cluster.reply.id, new_id()) is False


async def test_an_announcement_reaches_every_process_once(cluster: Cluster) -> None:
    await cluster.here.announce(7, {"type": "title", "title": "Chess"})
    await cluster.there.announce(8, {"type": "changed"})
    for owner in (cluster.owner_here, cluster.owner_there):
        heard = [await owner.announcements.get() for _ in range(2)]
        assert sorted(heard, key=lambda one: one[0]) == [
            (7, {"type": "title", "title": "Chess"}),
            (8, {"type": "changed"}),
        ]
        assert owner.announcements.empty()


async def test_a_follower_that_hears_nothing_is_told_to_read_the_row(cluster: Cluster) -> None:
    async with cluster.here.follow(new_id(), new_id(), new_id(), reasoning=0, text=0) as pieces:
        cluster.clock.now += RENEW_SECONDS
        assert await anext(pieces) is None


async def test_a_renewal_keeps_a_quiet_follow(cluster: Cluster) -> None:
    async with cluster.following() as pieces:
        await cluster.reply.when(attached=1)
        for _ in range(3):
            cluster.clock.now += LOST_SECONDS / 2
            cluster.here.tick()
            await asyncio.sleep(0)  # the renewal is on its way, and what is sent after it arrives after it
            await cluster.here.announce(1, {})
            await cluster.owner_there.announcements.get()
        cluster.there.tick()
        assert cluster.reply.attached == 1
        cluster.reply.grow("on")
        assert await text_of(pieces, 2) == "on"


async def test_a_lost_connection_leaves_no_hole(cluster: Cluster) -> None:
    async with cluster.following() as pieces:
        cluster.reply.grow("before, ")
        assert await text_of(pieces, 8) == "before, "
        cluster.way_here.cut()
        await until_down(cluster.here)
        cluster.reply.grow("meanwhile, ")
        await asyncio.sleep(0.05)
        cluster.way_here.mend()
        cluster.reply.grow("after")
        piece = await anext(pieces)
        assert piece is not None
        text = piece.text
        while len(text) < len("meanwhile, after"):
            piece = await anext(pieces)
            if piece is not None:
                text += piece.text
        assert text == "meanwhile, after"
        assert cluster.reply.attached == 1


async def test_an_outage_of_redis_is_not_an_abort(cluster: Cluster) -> None:
    async with cluster.following() as pieces:
        await cluster.reply.when(attached=1)
        cluster.way_here.cut()
        cluster.way_there.cut()
        await until_down(cluster.here)
        await until_down(cluster.there)
        cluster.clock.now += 10 * LOST_SECONDS
        cluster.here.tick()
        cluster.there.tick()
        assert await anext(pieces) is None
        assert cluster.reply.attached == 1
        cluster.way_there.mend()
        cluster.way_here.mend()
        await until_up(cluster.here, cluster.there)
        cluster.reply.grow("still here")
        assert await text_of(pieces, 10) == "still here"


async def test_a_process_starts_without_redis_and_joins_when_it_comes(cluster: Cluster) -> None:
    async with TcpSwitch.to_redis() as way:
        way.cut()
        late = cluster.relay("elsewhere", way, new_id())
        await late.start(ScriptedOwner())
        assert await late.stop(cluster.reply.id, cluster.server_there) is False
        way.mend()
        await until_up(late)
        await late.close()


async def test_closing_lets_go_of_both_sides(cluster: Cluster) -> None:
    async with cluster.following() as pieces:
        await cluster.reply.when(attached=1)
        await cluster.there.close()
        assert cluster.reply.attached == 0
        await cluster.here.close()
        assert [piece async for piece in pieces if piece is not None] == []
