"""How long a provider may be silent: until the first token, retries included, and then between reads."""

import asyncio
from collections.abc import Awaitable
from types import TracebackType
from typing import Self, TypeVar

from chat.upstream import errors
from chat.upstream.connections import ConnectionSettings

T = TypeVar("T")


class Deadline:
    """Of one call. Comments that keep the connection alive count between reads, not for the first token.

    One timer that is looked at when it fires: a fifth of what an `asyncio.timeout` for each read costs
    (benchmarks/token_steps.py).
    """

    def __init__(self, settings: ConnectionSettings) -> None:
        self._first = settings.first_token_timeout
        self._between = settings.chunk_timeout
        self._loop = asyncio.get_running_loop()
        self._begun = False
        self._due = self._loop.time() + self._first
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: asyncio.Task[object] | None = None
        self._late = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()

    async def wait_for(self, coming: Awaitable[T]) -> T:
        """What comes, before the deadline. Raises `UpstreamError` after it."""
        if self._timer is None:
            self._timer = self._loop.call_at(self._due, self._look)
        task = self._waiting = asyncio.current_task()
        assert task is not None
        told_before = task.cancelling()
        try:
            return await coming
        except asyncio.CancelledError as cancelled:
            # As in `asyncio.timeout`: who was told to end by others, too, ends.
            if not self._late or task.uncancel() > told_before:
                raise
            late = errors.stalled(self._between) if self._begun else errors.no_first_token(self._first)
            raise late from cancelled
        finally:
            self._waiting = None

    def heard(self, *, token: bool) -> None:
        """A read came, and maybe a token with it."""
        if self._begun:
            self._due = self._loop.time() + self._between
        elif token:
            self._begun = True
            self._due = self._loop.time() + self._between
            if self._timer is not None:  # it may be set for later than the next deadline
                self._timer.cancel()
                self._timer = None

    def _look(self) -> None:
        self._timer = None
        if self._waiting is None:
            return  # the next wait sets it again
        if self._loop.time() < self._due:
            self._timer = self._loop.call_at(self._due, self._look)
        else:
            self._late = True
            self._waiting.cancel()
