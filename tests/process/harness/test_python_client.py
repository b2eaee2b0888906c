"""What drives the Python client does what it is told, however early that is."""

import asyncio
from typing import Any

from process.harness.python_client import InProcess


class Named:
    """A reply, to the driver."""

    def __init__(self, driver: InProcess, number: int) -> None:
        self._driver = driver
        self._number = number

    async def leave(self) -> None:
        self._driver.tell(self._number, left=True)


async def test_a_reply_whose_words_are_heard_before_its_call_returned_is_left_all_the_same() -> None:
    driver, named = InProcess(), asyncio.Event()
    number = driver.number()
    replies: dict[int, Any] = driver._replies

    async def begin() -> None:
        await named.wait()
        replies[number] = Named(driver, number)

    async def heard_and_left() -> bool:
        await driver.hear_of(number, "delta")
        await driver.say("leave", number)
        return bool(await driver.hear_of(number, "left"))

    driver._tasks[number] = asyncio.create_task(begin())
    leaving = asyncio.create_task(heard_and_left())
    await asyncio.sleep(0)
    # One read brings all of it: who waits for the first is woken before who waits for the name.
    driver.tell(number, open=True)
    named.set()
    driver.tell(number, delta="word")
    async with asyncio.timeout(5):
        assert await leaving
