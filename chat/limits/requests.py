"""Requests per minute and user, in fixed windows in memory. Never awaits, so nothing can race."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from chat.errors import TooMany

WINDOW_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a user's window; what the `X-RateLimit-*` headers tell."""

    limit: int
    remaining: int
    reset: float
    """Seconds until all of it is there again."""

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(math.ceil(self.reset)),
        }


@dataclass(slots=True)
class _Window:
    began: float
    used: int = 0


class RequestLimit:
    """A user's first request opens a window of a minute; `CHAT_REQUESTS_PER_MINUTE` fit, 0 lifts it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: dict[int, _Window] = {}
        """In the order in which they began."""

    def take(self, user_id: int) -> None:
        """Count a request. Raises `TooMany`."""
        limit = settings.CHAT_REQUESTS_PER_MINUTE
        if not limit:
            return
        window = self._window(user_id)
        if window.used >= limit:
            raise TooMany(
                f"You have made {limit} requests within a minute, which is the limit. Try again soon.",
                retry_after=window.began + WINDOW_SECONDS - self._clock(),
            )
        window.used += 1

    def give_back(self, user_id: int) -> None:
        """The request turned out to be one that is not counted."""
        window = self._windows.get(user_id)
        if window is not None and window.used:
            window.used -= 1

    def allowance(self, user_id: int) -> Allowance | None:
        """What is left to this user; None where there is no limit."""
        limit = settings.CHAT_REQUESTS_PER_MINUTE
        if not limit:
            return None
        self._drop_ended()
        window = self._windows.get(user_id)
        if window is None:
            return Allowance(limit, limit, 0.0)
        reset = window.began + WINDOW_SECONDS - self._clock()
        return Allowance(limit, max(limit - window.used, 0), reset)

    def __len__(self) -> int:
        """How many users have a window open."""
        return len(self._windows)

    def forget(self) -> None:
        """Begin anew for everybody."""
        self._windows.clear()

    def _window(self, user_id: int) -> _Window:
        self._drop_ended()
        return self._windows.setdefault(user_id, _Window(self._clock()))

    def _drop_ended(self) -> None:
        """Forget windows that are over: the oldest stand first, so that each is looked at once."""
        ended = self._clock() - WINDOW_SECONDS
        while self._windows:
            user_id, window = next(iter(self._windows.items()))
            if window.began > ended:
                return
            del self._windows[user_id]
