"""How long the rest of a body is waited for: it has to keep coming, and not in drips. Pure."""

from typing import Final

from chat.errors import TooSlow

IDLE_SECONDS = 60.0
"""Without a byte, and what any body may take: as long as Twisted and nginx wait."""
LEAST_RATE: Final = 500
"""Bytes a second that a longer body must come with: the slowest line does, a drip does not."""


class Pace:
    """Of one body; times are of any clock that only goes on."""

    __slots__ = ("_began", "_last", "_received")

    def __init__(self, now: float) -> None:
        self._began = self._last = now
        self._received = 0

    def came(self, now: float, size: int) -> None:
        """So many bytes more."""
        if size:
            self._last = now
            self._received += size

    @property
    def deadline(self) -> float:
        """Until when the next piece is waited for."""
        return min(self._last, self._began + self._received / LEAST_RATE) + IDLE_SECONDS


def too_slow() -> TooSlow:
    return TooSlow("The body did not come in time.")
