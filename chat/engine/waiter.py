"""One who waits for changes again and again, each time only so long."""

import asyncio


class Waiter:
    """For one task. One timer for all of its waits: three quarters of the cost of one for each
    (benchmarks/token_steps.py).
    """

    __slots__ = ("_begun", "_loop", "_seconds", "_timer", "_woken")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._begun = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._woken: asyncio.Future[bool] | None = None

    async def woken(self) -> bool:
        """Wait for the next `wake`; False when there was none in time."""
        self._begun = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._look)
        self._woken = self._loop.create_future()
        try:
            return await self._woken
        finally:
            self._woken = None

    def wake(self) -> None:
        self._settle(True)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        self._timer = None
        if self._woken is None:
            return  # the next wait sets it again
        late = self._begun + self._seconds
        if self._loop.time() < late:
            self._timer = self._loop.call_at(late, self._look)
        else:
            self._settle(False)

    def _settle(self, value: bool) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(value)
