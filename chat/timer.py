"""A timer of an event loop whose moment is moved far more often than it comes."""

import asyncio
from collections.abc import Callable


class Timer:
    """For one who waits again and again. Moving it to later costs the loop nothing: when the loop's own timer
    fires, it is set again for what is left (benchmarks/token_steps.py).

    Where a call counts, a timer that `is_set` is moved to later by its attribute `due` alone.
    """

    __slots__ = ("_callback", "_fires", "_handle", "_loop", "due", "is_set")

    def __init__(self, loop: asyncio.AbstractEventLoop, callback: Callable[[], object]) -> None:
        self._loop = loop
        self._callback = callback
        self._fires = 0.0
        self._handle: asyncio.TimerHandle | None = None
        self.due = 0.0
        self.is_set = False

    def set(self, when: float) -> None:
        """Call back once at this moment of the loop's clock, and no more at the one said before."""
        self.due = when
        if not self.is_set or when < self._fires:
            self._arm()

    def cancel(self) -> None:
        self.is_set = False
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _arm(self) -> None:
        self.cancel()
        self.is_set = True
        self._fires = self.due
        self._handle = self._loop.call_at(self.due, self._look)

    def _look(self) -> None:
        self.cancel()
        if self._loop.time() < self.due:
            self._arm()
        else:
            self._callback()
