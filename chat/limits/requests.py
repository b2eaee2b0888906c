"""Requests per minute: of a user, of a key and of an address, in fixed windows. The strictest refuses.

The windows are in memory. Where there are several processes they are counted for all of them in one place
(`chat.limits.shared`), and the memory follows it: it tells what is left, and is counted in while that
place is away. Without one nothing here awaits, so nothing can race.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from django.conf import settings

from chat.errors import TooMany
from chat.limits.addresses import neighbourhood
from chat.limits.quotas import Somebody, quota_of
from chat.quota import Allowance

WINDOW_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Limited:
    """A window that a request is counted in."""

    name: str
    limit: int
    whose: str
    """Begins the sentence that refuses."""


@dataclass(frozen=True, slots=True)
class Count:
    """What stands in a window, and for how many seconds still."""

    used: int
    reset: float


class Shared(Protocol):
    """Windows that several processes share."""

    async def take(self, limited: Sequence[Limited]) -> tuple[bool, Sequence[Count]] | None:
        """Count one request in all of them, or in none where one is full; what stands there. None: away."""

    async def give_back(self, limited: Sequence[Limited]) -> None:
        """Take one out of each again."""


@dataclass(slots=True)
class _Window:
    began: float
    used: int = 0


class RequestLimit:
    """The first request opens a window of a minute; so many fit into it, and 0 lifts the limit."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._shared: Shared | None = None
        self._windows: dict[str, _Window] = {}
        """In the order in which they were opened here."""

    def share(self, shared: Shared | None) -> None:
        """Count together with other processes from now on; None: alone."""
        self._shared = shared

    async def take(self, who: Somebody) -> None:
        """Count a request. Raises `TooMany`, and then it is counted nowhere."""
        limited = _limited(who)
        if not limited:
            return
        if self._shared is not None and (answer := await self._shared.take(limited)) is not None:
            taken, counts = answer
            for window, count in zip(limited, counts, strict=True):
                self._adopt(window.name, count)
            if not taken:
                raise self._refusal(limited)
            return
        if any(self._used(window.name) >= window.limit for window in limited):
            raise self._refusal(limited)
        for window in limited:
            self._window(window.name).used += 1

    async def give_back(self, who: Somebody) -> None:
        """The request turned out to be one that is not counted."""
        limited = _limited(who)
        for each in limited:
            window = self._windows.get(each.name)
            if window is not None and window.used:
                window.used -= 1
        if limited and self._shared is not None:
            await self._shared.give_back(limited)

    def allowance(self, who: Somebody) -> Allowance | None:
        """What is left, of the window in which least is; None where there is no limit."""
        left = [self._left(window) for window in _limited(who)]
        return min(left, key=lambda allowance: allowance.remaining, default=None)

    def refuse_address(self, address: str | None) -> None:
        """Raises `TooMany` where no more is taken from there, before anybody is looked up. Counts nothing."""
        for window in _of_address(address):
            if self._used(window.name) >= window.limit:
                raise self._refusal([window])

    def __len__(self) -> int:
        """How many windows are open."""
        return len(self._windows)

    def forget(self) -> None:
        """Begin anew for everybody."""
        self._windows.clear()

    def _left(self, limited: Limited) -> Allowance:
        self._drop_ended()
        window = self._windows.get(limited.name)
        if window is None or self._has_ended(window):
            return Allowance(limited.limit, limited.limit, 0.0)
        reset = window.began + WINDOW_SECONDS - self._clock()
        return Allowance(limited.limit, max(limited.limit - window.used, 0), reset)

    def _refusal(self, limited: Sequence[Limited]) -> TooMany:
        full = [window for window in limited if self._used(window.name) >= window.limit]
        # The one that is full for the longest: to come back before would be in vain.
        worst = max(full or limited, key=lambda window: self._left(window).reset)
        return TooMany(
            f"{worst.whose} made {worst.limit} requests within a minute, which is the limit. Try again soon.",
            retry_after=self._left(worst).reset or WINDOW_SECONDS,
        )

    def _used(self, name: str) -> int:
        window = self._windows.get(name)
        return 0 if window is None or self._has_ended(window) else window.used

    def _window(self, name: str) -> _Window:
        self._drop_ended()
        window = self._windows.get(name)
        if window is None or self._has_ended(window):
            self._windows.pop(name, None)
            window = self._windows[name] = _Window(self._clock())
        return window

    def _adopt(self, name: str, count: Count) -> None:
        window = self._window(name)
        window.began = self._clock() + count.reset - WINDOW_SECONDS
        window.used = count.used

    def _has_ended(self, window: _Window) -> bool:
        return window.began + WINDOW_SECONDS <= self._clock()

    def _drop_ended(self) -> None:
        """Forget windows that are over: the oldest stand first, so that each is looked at once."""
        while self._windows:
            name, window = next(iter(self._windows.items()))
            if not self._has_ended(window):
                return
            del self._windows[name]


def _limited(who: Somebody) -> list[Limited]:
    found = []
    if of_user := quota_of(who.quota).requests_per_minute:
        found.append(Limited(f"user:{who.user_id}", of_user, "You have"))
    if who.key_id is not None and (of_key := who.key_quota.requests_per_minute):
        found.append(Limited(f"key:{who.key_id.hex}", of_key, "This API key has"))
    return [*found, *_of_address(who.address)]


def _of_address(address: str | None) -> list[Limited]:
    limit = settings.CHAT_REQUESTS_PER_MINUTE_PER_ADDRESS
    if not limit or not address:
        return []
    return [Limited(f"address:{neighbourhood(address)}", limit, "Your address has")]
