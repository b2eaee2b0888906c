"""What the steps of a token cost as they are done, beside the way that is written first.

`python benchmarks/token_steps.py` prints, for each, the microseconds of both and their ratio: the smallest of
several rounds, both ways in turns.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import django

django.setup()

from chat.engine.waiter import Waiter
from chat.events import Delta
from chat.upstream.connections import ConnectionSettings
from chat.upstream.deadline import Deadline
from chat.wire.event_json import encode_json

ROUNDS, TIMES = 7, 5000
REPLY = "01a21bb7-5347-71e1-861e-0cde4967e105"
FOLLOWERS = 500

Step = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class PlainDelta:
    type: ClassVar[str] = "delta"
    reply: str
    offset: int
    text: str


NAMES = tuple(field.name for field in fields(PlainDelta))


def plain_event() -> bytes:
    event = PlainDelta(REPLY, 12, "word ")
    return encode_json({"type": event.type} | {name: getattr(event, name) for name in NAMES})


def event() -> bytes:
    return encode_json(Delta(REPLY, 12, "word "))


def sync(step: Callable[[], object]) -> Step:
    async def run() -> object:
        return step()

    return run


async def nothing() -> None:
    """A read that has come already: what is left is the waiting itself."""


def waits() -> tuple[Step, Step]:
    """Of a read: with a time-out of its own, and under the call's deadline."""
    loop = asyncio.get_running_loop()
    deadline = Deadline(ConnectionSettings(name="one", base_url="http://localhost"))

    async def plain() -> None:
        async with asyncio.timeout_at(loop.time() + 60):
            await nothing()

    async def kept() -> None:
        await deadline.wait_for(nothing())
        deadline.heard(token=True)

    return plain, kept


async def wake_each(wait: Callable[[int], Awaitable[None]], wake: Callable[[int], None]) -> None:
    """Every follower waits once, and is woken."""
    waiting = [asyncio.ensure_future(wait(number)) for number in range(FOLLOWERS)]
    await asyncio.sleep(0)
    for number in range(FOLLOWERS):
        wake(number)
    await asyncio.gather(*waiting)


def changes() -> tuple[Step, Step]:
    """Of many followers: with a timer for each wait, and with one for all waits of a follower."""
    loop = asyncio.get_running_loop()
    futures: dict[int, asyncio.Future[bool]] = {}
    waiters = [Waiter(15) for _ in range(FOLLOWERS)]

    async def plain_wait(number: int) -> None:
        future = futures[number] = loop.create_future()
        timer = loop.call_later(15, future.cancel)
        try:
            await future
        finally:
            timer.cancel()

    async def kept_wait(number: int) -> None:
        await waiters[number].woken()

    def plain() -> Awaitable[None]:
        return wake_each(plain_wait, lambda number: futures[number].set_result(True))

    def kept() -> Awaitable[None]:
        return wake_each(kept_wait, lambda number: waiters[number].wake())

    return plain, kept


async def cost(step: Step, times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        await step()
    return (time.perf_counter() - began) / times * 1e6


async def compare(name: str, plain: Step, kept: Step, times: int = TIMES) -> None:
    found: dict[Step, list[float]] = {plain: [], kept: []}
    for _ in range(ROUNDS):
        for step, costs in found.items():
            costs.append(await cost(step, times))
    one, other = (min(costs) for costs in found.values())
    print(f"{name:58} {one:8.2f} µs {other:8.2f} µs   {other / one:.2f}")


async def main() -> None:
    print(f"{'':58} {'first way':>11} {'our way':>11}   ratio")
    await compare("an event: dataclass and dict, or struct", sync(plain_event), sync(event))
    await compare("waiting for a read: a time-out each, or a deadline", *waits())
    name = f"{FOLLOWERS} waiting for a change: a timer each, or one for all"
    await compare(name, *changes(), times=TIMES // FOLLOWERS * 5)


if __name__ == "__main__":
    asyncio.run(main())
