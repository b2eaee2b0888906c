"""What several processes count together, in Redis: one small atomic operation for each that is counted.

Redis being away is never an error: each process then counts for itself, and looks again a few seconds later.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from chat.cancellation import end_if_cancelled, times_cancelled
from chat.limits.requests import WINDOW_SECONDS, Count, Limited

logger = logging.getLogger(__name__)

ANSWER_SECONDS: Final = 0.25
"""The longest that a request waits for Redis, once in a while: it is for counting alone."""
AWAY_SECONDS: Final = 5.0
"""So long nobody asks it again."""
AT_ONCE: Final = 8
"""Connections: so many ask at the same time, others wait for their turn."""
LEASE_SECONDS: Final = 60
"""A socket or reply whose process died counts no longer than this."""

_TAKE: Final = """
local full = 0
local told = {}
for i, key in ipairs(KEYS) do
    told[i] = tonumber(redis.call('GET', key) or '0')
    if told[i] >= tonumber(ARGV[i + 1]) then full = 1 end
end
local answer = {full}
for i, key in ipairs(KEYS) do
    if full == 0 then
        told[i] = redis.call('INCR', key)
        if told[i] == 1 then redis.call('PEXPIRE', key, ARGV[1]) end
    end
    answer[2 * i] = told[i]
    answer[2 * i + 1] = redis.call('PTTL', key)
end
return answer
"""
_GIVE_BACK: Final = """
for _, key in ipairs(KEYS) do
    if tonumber(redis.call('GET', key) or '0') > 0 then redis.call('DECR', key) end
end
"""
_ENTER: Final = """
local now = tonumber(redis.call('TIME')[1])
local full = {}
local any = false
for i, key in ipairs(KEYS) do
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
    full[i] = redis.call('ZCARD', key) >= tonumber(ARGV[i + 2]) and 1 or 0
    any = any or full[i] == 1
end
if any then return full end
for _, key in ipairs(KEYS) do
    redis.call('ZADD', key, now + ARGV[2], ARGV[1])
    redis.call('EXPIRE', key, ARGV[2])
end
return full
"""
_RENEW: Final = """
local now = tonumber(redis.call('TIME')[1])
for i, key in ipairs(KEYS) do
    redis.call('ZADD', key, now + ARGV[1], ARGV[i + 1])
    redis.call('EXPIRE', key, ARGV[1])
end
"""


class SharedCounts:
    """Of the processes that have the same `prefix`. Made once per event loop; `close` it."""

    def __init__(self, url: str, prefix: str) -> None:
        self._redis: Redis = Redis.from_url(
            url,
            socket_connect_timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._prefix = prefix
        self._away_until = 0.0
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._take = self._redis.register_script(_TAKE)
        self._give_back = self._redis.register_script(_GIVE_BACK)
        self._enter = self._redis.register_script(_ENTER)
        self._renew = self._redis.register_script(_RENEW)

    async def take(self, limited: Sequence[Limited]) -> tuple[bool, Sequence[Count]] | None:
        """Count one request in all of them, or in none where one is full; what stands there. None: away."""
        keys = [self._window(each) for each in limited]
        limits = [each.limit for each in limited]
        answer = await self._asked(self._take, keys, [int(WINDOW_SECONDS * 1000), *limits])
        if answer is None:
            return None
        counts = [
            Count(used, max(left, 0) / 1000) for used, left in zip(answer[1::2], answer[2::2], strict=True)
        ]
        return not answer[0], counts

    async def give_back(self, limited: Sequence[Limited]) -> None:
        """Take one out of each again."""
        await self._asked(self._give_back, [self._window(each) for each in limited], [])

    async def enter(self, limited: Sequence[Limited], place: str) -> Sequence[bool] | None:
        """Which of them are full, and then it is counted in none. None: away."""
        keys, limits = [self._place(each.name) for each in limited], [each.limit for each in limited]
        answer = await self._asked(self._enter, keys, [place, LEASE_SECONDS, *limits])
        return None if answer is None else [bool(full) for full in answer]

    async def renew(self, places: Iterable[tuple[str, str]]) -> None:
        """These are still taken: names of what they are counted in, and of the places."""
        known = list(places)
        keys = [self._place(name) for name, _ in known]
        if keys:
            await self._asked(self._renew, keys, [LEASE_SECONDS, *(place for _, place in known)])

    async def leave(self, names: Sequence[str], place: str) -> None:
        """It is taken no more."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.zrem(self._place(name), place)
            await self._answered(pipe.execute)

    async def close(self) -> None:
        await self._redis.aclose()

    async def _asked(self, script: Any, keys: list[str], args: list[Any]) -> Any:
        """None: Redis is away. A script without an answer gives 0."""
        return await self._answered(lambda: script(keys=keys, args=args))

    async def _answered(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        async with self._turns:
            # Asked in its turn: of those who wait while it hangs only the first few lose time.
            if self._is_away():
                return None
            before = times_cancelled()
            try:
                answer = await ask()
            except Exception as error:  # noqa: BLE001 (uvloop tells a broken connection by `RuntimeError`, too)
                end_if_cancelled(before, error)
                self._gone(error)
                return None
            end_if_cancelled(before)
        return 0 if answer is None else answer

    def _is_away(self) -> bool:
        return time.monotonic() < self._away_until

    def _gone(self, error: Exception) -> None:
        if not self._is_away():
            logger.warning("Redis does not count; each process counts for itself: %s", error)
        self._away_until = time.monotonic() + AWAY_SECONDS

    def _window(self, limited: Limited) -> str:
        return f"{self._prefix}:requests:{limited.name}"

    def _place(self, name: str) -> str:
        return f"{self._prefix}:{name}"
