"""How long a provider may be silent: until the first token, retries included, and then between reads."""

import asyncio
from collections.abc import Awaitable
from types import TracebackType
from typing import Self, TypeVar

from chat.timer import Timer
from chat.upstream import errors
from chat.upstream.connections import ConnectionSettings

T = TypeVar("T")


class Deadline:
    """Of one call, in the task that makes it. Comments that keep the connection alive count between reads,
    not for the first token.

    One timer that is looked at when it fires: a tenth of what an `asyncio.timeout` for each read costs
    (benchmarks/token_steps.py).
    """

    def __init__(self, settings: ConnectionSettings) -> None:
        self._first = settings.first_token_timeout
        self._between = settings.chunk_timeout
        self._loop = asyncio.get_running_loop()
        self._begun = False
        self._timer = Timer(self._loop, self._give_up)
        self._timer.set(self._loop.time() + self._first)
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._told_before = task.cancelling()
        self._waiting = False
        self._late = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    async def wait_for(self, coming: Awaitable[T]) -> T:
        """What comes, before the deadline. Raises `UpstreamError` after it."""
        if not self._timer.is_set:  # it came while nobody waited
            self._timer.set(self._timer.due)
        self._waiting = True
        try:
            return await coming
        except asyncio.CancelledError as cancelled:
            # As in `asyncio.timeout`: who was told to end by others, too, ends.
            if not self._late or self._task.uncancel() > self._told_before:
                raise
            late = errors.stalled(self._between) if self._begun else errors.no_first_token(self._first)
            raise late from cancelled
        finally:
            self._waiting = False

    def heard(self, *, token: bool) -> None:
        """A read came, and maybe a token with it."""
        if self._begun:
            self._timer.due = self._loop.time() + self._between
        elif token:
            self._begun = True
            self._timer.set(self._loop.time() + self._between)  # this may be earlier

    def _give_up(self) -> None:
        if self._waiting:
            self._late = True
            self._task.cancel()
