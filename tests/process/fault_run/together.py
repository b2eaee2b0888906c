"""People who do two things at once, each of which may reach another server; and what each of them saw."""

import asyncio
import contextlib
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

from process.fault_run.programs import of_openai, who_wait
from process.fault_run.visitors import (
    LOST,
    PATIENCE,
    Habits,
    Plan,
    Visit,
    ask,
    new_plan,
    new_visit,
    to_the_end,
    visit,
)
from process.harness.calls import Answer, Api, Refused
from process.harness.reading import Reading
from process.harness.scripts import now
from process.harness.transports import over

How = Callable[[Api, random.Random], Awaitable[list[Visit]]]
TWINS = Habits(leave=0, longest=8)
IMPATIENT = Habits(leave=0, stop=0.5, fail=0.5, longest=8)
STAYING = Habits(leave=0, stop=0, longest=8)
ABORTING = Habits(leave=1, stop=0, cut=0, fail=0.1, longest=8)
MORE = "and 世界 so on, 👩‍👩‍👧 to the e\u0301nd "
"""What a `continue` brings."""


async def alone(api: Api, chance: random.Random) -> list[Visit]:
    return [await visit(api, chance)]


async def twins(api: Api, chance: random.Random) -> list[Visit]:
    """One question that is sent twice at the same moment, with one key: it is asked once, and both see it."""
    first = new_visit(chance, TWINS)
    second = replace(first, reading=Reading(), body=first.body)
    key = str(uuid.uuid4())
    # Only one of them may leave, and the other is to see the end all the same.
    leaving = replace(TWINS, leave=0.5)
    await asyncio.gather(
        _ask_and_read(api, first, new_plan(chance, leaving), key),
        _ask_and_read(api, second, new_plan(chance, TWINS), key),
    )
    assert first.reply == second.reply, f"one key, two replies: {first.reply}, {second.reply}"
    first.stopped = second.stopped = first.stopped or second.stopped
    return [first, second]


async def aborters(api: Api, chance: random.Random) -> list[Visit]:
    """Who closes the connection aborts: no key, no window, no coming back, whatever happens meanwhile."""
    seen = new_visit(chance, ABORTING)
    seen.body = {}
    leaves = chance.randrange(0, 12)
    with contextlib.suppress(*LOST, Refused, AssertionError):
        async with over(api, chance.choice(("sse", "ndjson", "websocket"))).ask(seen.content) as stream:
            stream.reading = seen.reading
            seen.reply = await stream.started()
            for _ in range(leaves):
                if seen.reading.ended or await stream.next() is None:
                    break
            if seen.reading.ended is None:
                stream.cut()
    seen.left, seen.end = seen.reading.ended is None, now()
    return [seen] if seen.reply else []


async def who_continue(api: Api, chance: random.Random) -> list[Visit]:
    """Two tabs that press Continue at the same moment: what was cut off goes on once, in the same message."""
    then = {"text": MORE, "tokens": 12, "delay": chance.choice([0, 0.05, 0.2])}
    seen = new_visit(chance, IMPATIENT, then=then)
    plan = new_plan(chance, IMPATIENT)
    await _ask_and_read(api, seen, plan, str(uuid.uuid4()))
    if seen.gone or seen.reading.status not in ("stopped", "interrupted", "failed"):
        return [seen]
    path = f"messages/{seen.reply}/continue"
    answers = await asyncio.gather(*(_pressed(api, path) for _ in range(2)))
    taken = [answer for answer in answers if answer.status == 202]
    assert taken, f"nobody could continue {seen.reply}: {[answer.body for answer in answers]}"
    seen.asks += len(taken)
    seen.continued = True
    seen.reading.ended = None
    return [await to_the_end(api, seen, Plan(chance, STAYING, plan.leaves, 10**9))]


async def who_regenerate(api: Api, chance: random.Random) -> list[Visit]:
    """While the reply still comes another is asked for: siblings, each with its own text."""
    async with _read_meanwhile(api, chance) as (first, reading):
        answer = await _pressed(api, f"messages/{first.reply}/regenerate")
        assert answer.status == 202, answer.body
        first.asks = 2
        second = replace(first, reading=Reading(), reply=answer.json["reply"], body=None, begin=now())
        await asyncio.gather(reading, to_the_end(api, second, new_plan(chance, STAYING)))
    return [first, second]


async def who_delete(api: Api, chance: random.Random) -> list[Visit]:
    """The conversation is deleted in another tab while its reply comes."""
    async with _read_meanwhile(api, chance) as (seen, reading):
        await asyncio.sleep(chance.uniform(0, 2))
        seen.deleted = True
        answer = await _until_taken(api, "DELETE", f"conversations/{seen.conversation}", None, {})
        assert answer.status in (204, 404), answer.body
        await reading
    return [seen]


@contextlib.asynccontextmanager
async def _read_meanwhile(api: Api, chance: random.Random) -> AsyncIterator[tuple[Visit, asyncio.Task[None]]]:
    """One who asks and stays to the end; from where the reply has a name."""
    seen = new_visit(chance, STAYING)
    reading = asyncio.create_task(_ask_and_read(api, seen, new_plan(chance, STAYING), str(uuid.uuid4())))
    try:
        while not (seen.reply and seen.conversation) and not reading.done():
            await asyncio.sleep(0.05)
        yield seen, reading
    finally:
        reading.cancel()


HOWS: tuple[How, ...] = (
    alone,
    alone,
    alone,
    alone,
    twins,
    aborters,
    who_continue,
    who_regenerate,
    who_delete,
    who_wait,
    of_openai,
)
"""In what ways people visit; most of them alone."""


async def _ask_and_read(api: Api, seen: Visit, plan: Plan, key: str) -> None:
    await ask(api, seen, plan, key)
    await to_the_end(api, seen, plan)


async def _pressed(api: Api, path: str) -> Answer:
    """A button of a page: in the background, with a key, until it is taken or refused."""
    key = {"Idempotency-Key": str(uuid.uuid4())}
    return await _until_taken(api, "POST", path, {"background": True}, key)


async def _until_taken(api: Api, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
    began = now()
    while True:
        assert now() - began < PATIENCE, f"nobody answers {method} {path}"
        with contextlib.suppress(*LOST):
            answer = await api.call(method, path, body, headers=headers)
            if answer.status not in (429, 502, 503, 504):
                return answer
        await asyncio.sleep(0.2)
