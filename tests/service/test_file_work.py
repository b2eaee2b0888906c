"""Turns at what is slow about files: nobody waits for another user's hundred PDFs."""

import asyncio
from collections.abc import Iterator
from threading import Event

import pytest

from chat.service.file_work import recognising


@pytest.fixture
def slow() -> Iterator[Event]:
    """What slow work waits for; in the end it is let go."""
    event = Event()
    yield event
    event.set()


async def test_many_slow_files_of_one_user_keep_no_other_waiting(slow: Event) -> None:
    many = [asyncio.create_task(recognising(1, slow.wait)) for _ in range(5)]
    async with asyncio.timeout(5):
        assert await recognising(2, str, "quick") == "quick"
    slow.set()
    assert all(await asyncio.gather(*many))


async def test_who_goes_and_comes_again_has_no_second_turn(slow: Event) -> None:
    begun = Event()

    def work() -> None:
        begun.set()
        slow.wait()

    for _ in range(5):
        gone = asyncio.create_task(recognising(1, work))
        await asyncio.to_thread(begun.wait, 5)
        gone.cancel()
        await asyncio.wait({gone})
    async with asyncio.timeout(5):
        assert await recognising(2, str, "quick") == "quick"
    slow.set()
    assert await recognising(1, str, "again") == "again"


async def test_work_that_fails_gives_its_turn_back() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await recognising(1, int, "x")
    assert await recognising(1, int, "1") == 1
