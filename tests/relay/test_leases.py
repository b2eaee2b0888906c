"""The owner's side of remote follows, joined to the reading side by a wire that the test can cut."""

import asyncio
from uuid import UUID

from fakes.scripted_owner import ScriptedOwner, ScriptedReply, SetClock

from chat.ids import new_id
from chat.relay import Piece
from chat.relay.leases import Leases
from chat.relay.messages import Grown, Leave, Message, Over, decode, encode
from chat.relay.ports import LOST_SECONDS
from chat.relay.remote_follow import RemoteFollow

HERE = new_id()


class Two:
    """An owner with one reply, and one follower of it in another process."""

    def __init__(self) -> None:
        self.reply = ScriptedReply()
        self.owner = ScriptedOwner(self.reply)
        self.clock = SetClock()
        self.leases = Leases(self.owner, self.carry, self.clock)
        self.follow = RemoteFollow(self.reply.id, self.reply.epoch, new_id(), reasoning=0, text=0, now=0.0)
        self.lose = 0
        """So many of the next messages are lost on the way, though they seem to arrive."""
        self.carried: list[Message] = []

    async def carry(self, process: UUID, message: Message) -> bool:
        assert process == HERE
        message = decode(encode(message))
        if self.lose:
            self.lose -= 1
            return True
        self.carried.append(message)
        asyncio.get_running_loop().call_soon(self.arrive, message)
        return True

    def arrive(self, message: Message) -> None:
        match message:
            case Grown(_, piece):
                if not self.follow.receive(piece):
                    self.ask()
            case Over():
                self.follow.over()

    def ask(self) -> None:
        self.leases.want(self.follow.want(HERE, self.clock()))

    async def read(self) -> Piece | None:
        async with asyncio.timeout(2):
            return await anext(self.follow)


async def test_nothing_is_sent_until_somebody_follows() -> None:
    two = Two()
    two.reply.grow("a long answer")
    await settle()
    assert two.carried == []
    assert two.reply.attached == 0


async def test_a_follower_gets_the_joined_text_and_then_what_comes() -> None:
    two = Two()
    two.reply.grow("one ")
    two.reply.grow("two ")
    two.ask()
    assert await two.read() == Piece(0, "", 0, "one two ")
    two.reply.grow("three", reasoning="hm")
    assert await two.read() == Piece(0, "hm", 8, "three")
    await two.leases.close()


async def test_a_lost_piece_is_sent_again() -> None:
    two = Two()
    two.ask()
    await settle()
    two.lose = 1
    two.reply.grow("one ")
    await settle()
    two.reply.grow("two")
    assert await two.read() == Piece(0, "", 0, "one two")
    assert two.reply.attached == 1, "asking again is not leaving"
    await two.leases.close()


async def test_a_lost_last_piece_is_noticed_at_the_renewal() -> None:
    two = Two()
    two.ask()
    await settle()
    two.lose = 1
    two.reply.grow("the end")
    await settle()
    two.ask()
    assert await two.read() == Piece(0, "", 0, "the end")
    await two.leases.close()


async def test_the_end_comes_after_the_last_text_and_lets_go_of_the_reply() -> None:
    two = Two()
    two.ask()
    two.reply.grow("all")
    two.reply.end()
    assert [piece async for piece in two.follow] == [Piece(0, "", 0, "all")]
    await two.reply.when(attached=0)
    await two.leases.close()


async def test_a_reply_that_does_not_run_here_is_over() -> None:
    two = Two()
    two.owner.replies.clear()
    two.ask()
    assert [piece async for piece in two.follow] == []
    await two.leases.close()


async def test_a_lease_that_is_not_renewed_is_lost() -> None:
    two = Two()
    two.ask()
    two.clock.now += LOST_SECONDS
    two.leases.expire()
    assert two.reply.attached == 1
    two.clock.now += 0.1
    two.leases.expire()
    assert two.reply.attached == 0
    await two.leases.close()


async def test_a_renewed_lease_is_kept() -> None:
    two = Two()
    two.ask()
    two.clock.now += LOST_SECONDS
    two.ask()
    two.clock.now += LOST_SECONDS
    two.leases.expire()
    assert two.reply.attached == 1
    await two.leases.close()


async def test_after_an_outage_a_lease_has_its_full_time_again() -> None:
    two = Two()
    two.ask()
    two.clock.now += 100 * LOST_SECONDS
    two.leases.thaw()
    two.leases.expire()
    assert two.reply.attached == 1
    await two.leases.close()


async def test_leaving_lets_go_at_once_and_only_once() -> None:
    two = Two()
    two.ask()
    leave = Leave(two.follow.lease)
    two.leases.leave(leave.lease)
    two.leases.leave(leave.lease)
    assert two.reply.attached == 0
    await two.leases.close()


async def test_a_slow_reader_costs_one_joined_piece() -> None:
    two = Two()
    two.ask()
    for _ in range(1000):
        two.reply.grow("x")
        await settle()
    assert await two.read() == Piece(0, "", 0, "x" * 1000)
    await two.leases.close()


async def settle() -> None:
    """Let every task run until all wait: nothing here waits on anything but the others."""
    for _ in range(5):
        await asyncio.sleep(0)
