"""One who waits for changes again and again, each time only so long."""

import asyncio
from collections.abc import Callable

from chat.timer import Timer


class Waiter:
    """For one task. One timer for all of its waits: three quarters of the cost of one for each
    (benchmarks/token_steps.py).

    `instead` is tried while the task waits, in the step that has the news; where it says True, all is done,
    and the task waits on: waking it would cost more than what it has to do.
    """

    __slots__ = ("_instead", "_loop", "_seconds", "_timer", "_woken")

    def __init__(self, seconds: float, instead: Callable[[], bool] | None = None) -> None:
        self._seconds = seconds
        self._instead = instead
        self._loop = asyncio.get_running_loop()
        self._timer = Timer(self._loop, self._give_up)
        self._woken: asyncio.Future[bool] | None = None

    async def woken(self) -> bool:
        """Wait for the next `wake`; False when there was none in time."""
        self._timer.set(self._loop.time() + self._seconds)
        self._woken = self._loop.create_future()
        try:
            return await self._woken
        finally:
            self._woken = None

    def wake(self) -> None:
        if self._woken is None or self._woken.done():
            return
        try:
            is_done = self._instead is not None and self._instead()
        except Exception as error:  # noqa: BLE001 (the task's own, and no trouble of whoever brings the news)
            self._woken.set_exception(error)
            return
        if is_done:
            self._timer.due = self._loop.time() + self._seconds
        elif not self._woken.done():
            self._woken.set_result(True)

    def close(self) -> None:
        self._timer.cancel()

    def _give_up(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(False)
