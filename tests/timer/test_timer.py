"""A timer comes once, at the moment said last, and is set anew only when it has to be."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from chat.timer import Timer


class Loop(asyncio.SelectorEventLoop):
    """A loop whose clock stands where the test puts it, and which counts the timers that are made."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.made = 0

    def time(self) -> float:
        return self.now

    def call_at(self, *args: Any, **options: Any) -> asyncio.TimerHandle:  # type: ignore[override]
        self.made += 1
        return super().call_at(*args, **options)

    def at(self, now: float) -> None:
        """What is due at this moment is done."""
        self.now = now
        self.call_soon(self.stop)
        self.run_forever()


@pytest.fixture
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture
def came(loop: Loop) -> list[float]:
    """When the timer came."""
    return []


@pytest.fixture
def timer(loop: Loop, came: list[float]) -> Timer:
    return Timer(loop, lambda: came.append(loop.now))


def test_it_comes_once_at_its_moment(loop: Loop, timer: Timer, came: list[float]) -> None:
    timer.set(5)
    assert timer.is_set
    for now in (4, 5, 6, 60):
        loop.at(now)
    assert came == [5]
    assert not timer.is_set


def test_a_thousand_moves_to_later_cost_one_more_timer(loop: Loop, timer: Timer, came: list[float]) -> None:
    for moment in range(1000):
        timer.set(5 + moment / 1000)
    assert loop.made == 1
    loop.at(5)
    assert not came
    loop.at(6)
    assert came == [6]
    assert loop.made == 2


def test_what_is_due_can_be_moved_as_it_stands(loop: Loop, timer: Timer, came: list[float]) -> None:
    timer.set(5)
    timer.due = 7
    loop.at(5)
    loop.at(7)
    assert came == [7]


def test_a_move_to_earlier_holds_at_once(loop: Loop, timer: Timer, came: list[float]) -> None:
    timer.set(60)
    timer.set(5)
    loop.at(5)
    loop.at(60)
    assert came == [5]


def test_it_can_be_set_again_from_its_own_call(loop: Loop, came: list[float]) -> None:
    def again() -> None:
        came.append(loop.now)
        repeated.set(loop.now + 5)

    repeated = Timer(loop, again)
    repeated.set(5)
    loop.at(5)
    loop.at(10)
    assert came == [5, 10]


def test_a_cancelled_one_does_not_come_until_it_is_set_again(
    loop: Loop, timer: Timer, came: list[float]
) -> None:
    timer.set(5)
    timer.cancel()
    timer.cancel()
    loop.at(6)
    assert not came
    timer.set(7)
    loop.at(7)
    assert came == [7]
