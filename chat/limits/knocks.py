"""How often somebody may have done for them what costs something: an account made, a mail sent. In memory."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from chat.errors import TooMany


@dataclass(slots=True)
class _Window:
    began: float
    knocks: int = 0


class KnockLimit:
    """The first knock opens a window of `seconds`; `most` fit into it."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()  # pages run in threads
        self._windows: dict[str, _Window] = {}
        """In the order in which they began."""

    def take(self, who: str) -> None:
        """Count a knock of this address or for this account. Raises `TooMany`."""
        with self._lock:
            self._drop_ended()
            window = self._windows.setdefault(who, _Window(self._clock()))
            if window.knocks >= self._most:
                raise TooMany(
                    "This was asked for too often. Wait a little.",
                    code="too_often",
                    retry_after=window.began + self._seconds - self._clock(),
                )
            window.knocks += 1

    def forget(self) -> None:
        """Begin anew for everybody."""
        with self._lock:
            self._windows.clear()

    def _drop_ended(self) -> None:
        """Forget windows that are over: the oldest stand first, so that each is looked at once."""
        ended = self._clock() - self._seconds
        while self._windows:
            who, window = next(iter(self._windows.items()))
            if window.began > ended:
                return
            del self._windows[who]
