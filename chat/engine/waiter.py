"""One who waits for changes again and again, each time only so long."""

import asyncio

from chat.timer import Timer


class Waiter:
    """For one task. One timer for all of its waits: three quarters of the cost of one for each
    (benchmarks/token_steps.py).
    """

    __slots__ = ("_loop", "_seconds", "_timer", "_woken")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
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

    def wake(self, *, news: bool = True) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(news)

    def close(self) -> None:
        self._timer.cancel()

    def _give_up(self) -> None:
        self.wake(news=False)
