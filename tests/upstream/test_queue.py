"""Slots and turns among users, without a provider."""

import asyncio
from contextlib import ExitStack

import pytest

from chat.upstream.queue import Slots, Ticket


def enter(stack: ExitStack, slots: Slots, user: str, *, title: bool = False) -> Ticket:
    return stack.enter_context(slots.ticket(user, title=title))


async def test_without_a_limit_nobody_waits() -> None:
    slots = Slots(0)
    with ExitStack() as stack:
        assert [enter(stack, slots, "alice").place for _ in range(50)] == [0] * 50
        assert slots.running == 50
    assert slots.running == 0


async def test_places_are_in_turn_among_users() -> None:
    slots = Slots(1)
    with ExitStack() as stack:
        enter(stack, slots, "alice")
        alice = [enter(stack, slots, "alice") for _ in range(3)]
        bob = enter(stack, slots, "bob")
        carol = [enter(stack, slots, "carol") for _ in range(2)]
        assert [ticket.place for ticket in alice] == [1, 4, 6]
        assert bob.place == 2
        assert [ticket.place for ticket in carol] == [3, 5]


async def test_slots_are_given_in_the_order_of_the_places() -> None:
    slots = Slots(1)
    order = []

    async def call(name: str) -> None:
        with slots.ticket(name[0]) as ticket:
            while place := ticket.place:
                await ticket.moved(place)
            order.append(name)
            await asyncio.sleep(0)

    await asyncio.gather(*map(call, ["a1", "a2", "a3", "b1", "b2", "c1"]))
    assert order == ["a1", "a2", "b1", "c1", "a3", "b2"]


async def test_who_leaves_the_queue_lets_the_others_move_up() -> None:
    slots = Slots(1)
    with slots.ticket("alice"):
        waiting = slots.ticket("bob")
        waiting.__enter__()
        with slots.ticket("carol") as carol:
            assert carol.place == 2
            moved = asyncio.create_task(carol.moved(2))
            waiting.__exit__(None, None, None)
            assert await moved == 1
    assert slots.running == 0


async def test_a_cancelled_waiter_leaves_no_trace() -> None:
    slots = Slots(1)

    async def call() -> None:
        with slots.ticket("bob") as ticket:
            while place := ticket.place:
                await ticket.moved(place)

    with slots.ticket("alice"):
        waiting = asyncio.create_task(call())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with slots.ticket("carol") as carol:
            assert carol.place == 1
    with slots.ticket("dave") as dave:
        assert dave.place == 0


async def test_who_is_cancelled_just_when_given_a_slot_gives_it_back() -> None:
    slots = Slots(1)

    async def call() -> None:
        with slots.ticket("bob") as ticket:
            await ticket.moved(ticket.place)

    with slots.ticket("alice"):
        waiting = asyncio.create_task(call())
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert slots.running == 0


async def test_a_title_waits_behind_every_reply_also_a_later_one() -> None:
    slots = Slots(1)
    with ExitStack() as stack:
        with slots.ticket("alice"):
            title = enter(stack, slots, "alice", title=True)
            reply = enter(stack, slots, "bob")
            assert (title.place, reply.place) == (2, 1)
        assert (title.place, reply.place) == (1, 0)


async def test_a_higher_limit_lets_those_in_who_wait() -> None:
    slots = Slots(1)
    with slots.ticket("alice"), slots.ticket("bob") as bob, slots.ticket("carol") as carol:
        slots.set_limit(2)
        assert (bob.place, carol.place) == (0, 1)
        slots.set_limit(0)
        assert carol.place == 0
