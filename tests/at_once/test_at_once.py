"""What need not wait is done at once; what is left of it is a task's, with its errors and cancellations."""

import asyncio

import pytest

from chat.at_once import at_once


class Work:
    """Waits for its gates one after the other, and notes how far it came."""

    def __init__(self, gates: int) -> None:
        self.gates = [asyncio.Event() for _ in range(gates)]
        self.passed = 0
        self.cancelled = False

    async def run(self) -> None:
        try:
            for gate in self.gates:
                await gate.wait()
                self.passed += 1
        except asyncio.CancelledError:
            self.cancelled = True
            await asyncio.sleep(0)
            raise


async def test_what_never_waits_is_done_when_it_returns() -> None:
    work = Work(2)
    for gate in work.gates:
        gate.set()
    assert at_once(work.run()) is None
    assert work.passed == 2


async def test_a_task_goes_on_where_it_had_to_wait() -> None:
    work = Work(3)
    work.gates[0].set()
    left = at_once(work.run())
    assert left is not None
    assert work.passed == 1
    going_on = asyncio.ensure_future(left)
    for gate in work.gates[1:]:
        await asyncio.sleep(0)
        assert not going_on.done()
        gate.set()
    await asyncio.wait_for(going_on, 1)
    assert work.passed == 3


async def test_what_came_before_anybody_awaits_the_rest_is_not_missed() -> None:
    work = Work(1)
    left = at_once(work.run())
    assert left is not None
    work.gates[0].set()
    await asyncio.sleep(0)
    await asyncio.wait_for(left, 1)
    assert work.passed == 1


@pytest.mark.parametrize("error", [OSError("gone"), asyncio.CancelledError("gone")])
async def test_an_error_is_raised_where_the_rest_is_awaited(error: BaseException) -> None:
    async def breaks() -> None:
        raise error

    left = at_once(breaks())
    assert left is not None
    with pytest.raises(type(error), match="gone"):
        await left


async def test_a_cancellation_is_seen_at_the_await_that_it_interrupts() -> None:
    work = Work(1)
    left = at_once(work.run())
    assert left is not None
    going_on = asyncio.ensure_future(left)
    await asyncio.sleep(0)
    going_on.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going_on
    assert work.cancelled
