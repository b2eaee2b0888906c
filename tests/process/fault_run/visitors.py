"""People who use the site as a good client does: they ask, read over anything, come back, stop or leave."""

import asyncio
import contextlib
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import websockets
from process.harness.calls import Api, Refused
from process.harness.reading import Reading
from process.harness.scripts import now, question
from process.harness.transports import OverHttp, Stream, over

ALPHABET = "abc \n#*`|世界汉字😀👩‍👩‍👧e\u0301ก็\u0085\u2028"
WAYS = ("sse", "ndjson", "websocket")
LOST = (aiohttp.ClientError, OSError, TimeoutError, websockets.WebSocketException)
"""A connection that could not be made, or broke: a client comes again."""
BUSY = (429, 502, 503, 504)
"""What a client tries again."""
RECALLS = 0.2
NEVER = 10**9
PATIENCE = 60.0
"""Seconds until somebody whom nobody answers gives up, and the test with them."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How often, of 1, people do each; and how often their provider fails."""

    leave: float = 0.15
    stop: float = 0.15
    cut: float = 0.5
    """Their connection breaks."""
    slow: float = 0.1
    """They read slower than the model writes."""
    fail: float = 0.2
    longest: float = 16.0
    """Seconds that a reply may take."""


CALM = Habits(leave=0, stop=0, cut=0, slow=0, fail=0, longest=4)
FAILURES: tuple[dict[str, Any], ...] = (
    *({"fail": name} for name in ("cut", "reset", "no-finish", "half-character", "malformed", "stall")),
    *({"fail": name} for name in ("refuse", "empty", "html", "endless-line", "status")),
    {"fail": "status", "status": 401},
    {"fail": "status", "status": 429, "retry_after": 1, "times": 1},
)
MAY_RECOVER = frozenset({"status"})
"""Asked again, the provider may answer."""
STALLED_SECONDS = 1.5
"""Silence after which somebody presses Stop whose provider stalls."""


@dataclass(slots=True)
class Visit:
    """One question, and all that its visitor did and saw."""

    content: str
    text: str
    fails: str | None
    begin: float = field(default_factory=now)
    end: float = 0.0
    conversation: str = ""
    reply: str = ""
    reading: Reading = field(default_factory=Reading)
    stopped: bool = False
    """They pressed Stop; perhaps the answer was lost."""
    left: bool = False
    """They went for good before the end."""
    comebacks: int = 0
    restarts: int = 0
    overlaps: int = 0
    gone: bool = False
    """The reply was not there any more: asking had not been kept."""
    body: dict[str, Any] | None = field(default_factory=lambda: {"resume_window": 30})
    """What it was asked with, beside the content; None where it was not asked by that call."""
    asks: int = 1
    """Calls of the provider that were asked for: more than one where it was continued, or regenerated."""
    continued: bool = False
    deleted: bool = False
    """Somebody deleted its conversation, or tried to."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody is going to do, by the number of the event after which they do it."""

    chance: random.Random
    habits: Habits
    leaves: int
    stops: int


def new_visit(chance: random.Random, habits: Habits, **more: Any) -> Visit:
    text = "".join(chance.choices(ALPHABET, k=chance.randrange(50, 800)))
    tokens = chance.randrange(10, 80)
    delay = chance.choice([0, 0.01, 0.05, 0.1, 0.2])
    script: dict[str, Any] = {"text": text, "tokens": tokens, "delay": min(delay, habits.longest / tokens)}
    if chance.random() < habits.fail:
        script |= {"after": chance.randrange(0, 9), **chance.choice(FAILURES)}
    return Visit(question(**script, **more), text, script.get("fail"))


def new_plan(chance: random.Random, habits: Habits) -> Plan:
    return Plan(
        chance,
        habits,
        leaves=chance.randrange(1, 12) if chance.random() < habits.leave else NEVER,
        stops=chance.randrange(1, 12) if chance.random() < habits.stop else NEVER,
    )


async def visit(api: Api, chance: random.Random, habits: Habits = Habits()) -> Visit:
    """Ask once, with a key of its own, and go on until the end is seen, or they leave."""
    seen = new_visit(chance, habits)
    plan = new_plan(chance, habits)
    await ask(api, seen, plan, str(uuid.uuid4()))
    return await to_the_end(api, seen, plan)


async def to_the_end(api: Api, seen: Visit, plan: Plan) -> Visit:
    """Come back as often as it takes."""
    began = now()
    while seen.reading.ended is None and not seen.left and not seen.gone:
        assert now() - began < PATIENCE, f"no end of {seen.reply or seen.content[:30]}: {seen.reading.text!r}"
        seen.comebacks += 1
        await asyncio.sleep(plan.chance.uniform(0, 0.3))
        await _come_back(api, seen, plan)
    seen.end = now()
    return seen


async def ask(api: Api, seen: Visit, plan: Plan, key: str) -> None:
    """Until it was taken: the same key, whichever way, so that it is asked once."""
    while not seen.reply:
        assert now() - seen.begin < PATIENCE, f"nobody took {seen.content[:30]}"
        name = plan.chance.choice(WAYS)
        fields = dict(seen.body or {})
        if name == "websocket":
            way = over(api, name)
            fields["idempotency_key"] = key
        else:
            way = over(api.sending(Idempotency_Key=key), name)
        with contextlib.suppress(*LOST):
            try:
                async with way.ask(seen.content, **fields) as stream:
                    stream.reading = seen.reading
                    seen.reply = await stream.started()
                    seen.conversation = seen.reading.start["conversation"]
                    await _read(api, seen, stream, plan)
            except Refused as refused:
                if not passes(refused):
                    raise
            except AssertionError as ended:
                if "ended before" not in str(ended) and "closed with" not in str(ended):
                    raise
        await asyncio.sleep(plan.chance.uniform(0.05, 0.4))


def passes(refused: Refused) -> bool:
    """Whether a client tries again. A socket has no statuses: there it is the error's type."""
    if refused.status is None:
        return refused.error["type"] in ("server_error", "rate_limit_error", "upstream_error")
    return refused.status in BUSY


async def _come_back(api: Api, seen: Visit, plan: Plan) -> None:
    seen.restarts += seen.reading.restarts
    seen.overlaps += seen.reading.overlaps
    seen.reading = seen.reading.goes_on()
    with contextlib.suppress(*LOST):
        try:
            async with _once_more(api, seen, plan) as stream:
                await _read(api, seen, stream, plan)
        except Refused as refused:
            code = refused.error.get("code")
            if refused.status == 404 or code in ("not_found", "message_not_found"):
                seen.gone = True
            elif not passes(refused):
                raise
        except AssertionError as closed:
            if "closed with" not in str(closed):
                raise


def _once_more(api: Api, seen: Visit, plan: Plan) -> contextlib.AbstractAsyncContextManager[Stream]:
    """Follow it, or call as at first, as clients do that repeat a POST: both go on from the id."""
    way = over(api, plan.chance.choice(WAYS))
    recalls = seen.body is not None and seen.reading.last_id and plan.chance.random() < RECALLS
    if recalls and isinstance(way, OverHttp):
        return way.call_again("chat", {"content": seen.content, **(seen.body or {})}, seen.reading)
    return way.follow(seen.reply, seen.reading)


async def _read(api: Api, seen: Visit, stream: Stream, plan: Plan) -> None:
    """Event by event; a cut, a leave or a stop where they were going to."""
    cut = plan.chance.randrange(1, 40) if plan.chance.random() < plan.habits.cut else NEVER
    slow = plan.chance.random() < plan.habits.slow
    patience = STALLED_SECONDS if seen.fails == "stall" else None
    answered = False
    for number in range(10**6):
        try:
            async with asyncio.timeout(patience):
                event = await stream.next()
        except TimeoutError:
            if patience is not None:
                await _stop(api, seen)
            raise
        if event is None or seen.reading.ended:
            return
        if slow:
            await asyncio.sleep(0.05)
        if number >= plan.leaves:
            seen.left = True
            stream.cut()
            return
        if number >= plan.stops and not answered:
            answered = await _stop(api, seen)
        if number >= cut:
            stream.cut()
            return


async def _stop(api: Api, seen: Visit) -> bool:
    """Whether it was answered."""
    seen.stopped = True
    with contextlib.suppress(*LOST):
        answer = await api.call("POST", f"messages/{seen.reply}/stop")
        if answer.status == 200:
            assert answer.json["status"] != "streaming"
            return True
    return False
