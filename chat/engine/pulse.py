"""Whether this process may still speak for its replies.

Others take a process for dead when its beat stands still for 10 s, and end its replies. One that
slept (SIGSTOP, a closed laptop, a database away) must therefore deliver nothing until it knows
what became of them.
"""

import time
from collections.abc import Callable

GOOD_FOR = 5.0
"""Seconds after a good beat in which no reaper can have acted: half of its patience."""


class Pulse:
    """The time of the last good beat, by a clock that runs on while the process is stopped."""

    __slots__ = ("_clock", "_last")

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()

    @property
    def fresh(self) -> bool:
        return self.age <= GOOD_FOR

    @property
    def age(self) -> float:
        """Seconds since the last good beat."""
        return self._clock() - self._last

    def renew(self, since: float | None = None) -> None:
        """A beat that was begun at `since` (default: now) is known to have been written."""
        self._last = self._clock() if since is None else since

    def now(self) -> float:
        return self._clock()
