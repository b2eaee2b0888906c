"""Leaving a call closes the provider's connection at once, from whichever await it is left."""

import asyncio
import time
from typing import Any

import pytest
from fakes.upstream_calls import Connect, call, hear, read_one
from scripted_upstream import ScriptedUpstream

from chat.upstream import Upstream
from chat.upstream.closing import closed

AT_ONCE = 0.3


async def cancelled(task: asyncio.Task[Any]) -> float:
    """Cancel it and wait; the moment when it was cancelled."""
    moment = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - moment < AT_ONCE
    return moment


@pytest.mark.parametrize(
    ("script", "pieces"),
    [({"fail": "hang"}, 0), ({"header_delay": 9}, 0), ({"first_delay": 9}, 0), ({"fail": "stall"}, 2)],
    ids=["waiting for headers", "headers late", "before the first token", "between chunks"],
)
async def test_a_cancelled_call_is_closed_at_once(
    provider: ScriptedUpstream, upstream: Upstream, script: dict[str, Any], pieces: int
) -> None:
    task = asyncio.create_task(hear(upstream, call(**script)))
    entry = await provider.until(calls=1, pieces=pieces)
    moment = await cancelled(task)
    await asyncio.wait_for(entry.done.wait(), 2)
    assert entry.closed is not None
    assert entry.closed - moment < AT_ONCE


async def test_a_call_that_is_cancelled_while_connecting_ends_at_once(connect: Connect, full: str) -> None:
    upstream = await connect(full, listed=("scripted",))
    task = asyncio.create_task(hear(upstream, call()))
    await asyncio.sleep(0.05)  # nothing tells from outside that a connection is being made
    await cancelled(task)


async def test_a_call_that_is_left_in_the_middle_is_closed_at_once(
    provider: ScriptedUpstream, upstream: Upstream
) -> None:
    await asyncio.wait_for(read_one(upstream, call(fail="stall")), 2)
    moment = time.monotonic()
    entry = provider.calls[0]
    await asyncio.wait_for(entry.done.wait(), 2)
    assert entry.closed is not None
    assert entry.closed - moment < AT_ONCE


async def test_a_call_that_is_cancelled_while_it_waits_never_reaches_the_provider(
    provider: ScriptedUpstream, connect: Connect
) -> None:
    upstream = await connect(provider.url, listed=("scripted",), concurrency=1)
    first = asyncio.create_task(hear(upstream, call(hold=1)))
    await provider.until(calls=1, pieces=1)
    waiting = asyncio.create_task(hear(upstream, call(user="bob")))
    await asyncio.sleep(0)
    await cancelled(waiting)
    provider.release()
    assert (await first).error is None
    assert len(provider.calls) == 1


async def test_the_place_in_the_queue_is_told_until_the_call_begins(
    provider: ScriptedUpstream, connect: Connect
) -> None:
    upstream = await connect(provider.url, listed=("scripted",), concurrency=1)
    tasks = []
    for user in ("alice", "bob", "carol"):
        tasks.append(asyncio.create_task(hear(upstream, call(user=user, hold=1))))
        await provider.until(calls=1)
    provider.release()
    first, second, third = await asyncio.gather(*tasks)
    assert (first.places, second.places, third.places) == ([], [1, 0], [2, 1, 0])


async def test_cleaning_up_goes_on_when_it_is_cancelled() -> None:
    going_on, done = asyncio.Event(), False

    async def clean_up() -> None:
        nonlocal done
        await going_on.wait()
        done = True

    task = asyncio.create_task(closed(clean_up()))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    going_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done


async def test_cleaning_up_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.upstream.closing.CLOSE_SECONDS", 0.01)

    async def never() -> None:
        await asyncio.Event().wait()

    await asyncio.wait_for(closed(never()), 1)
