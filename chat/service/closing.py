"""The end of a following that is none of its reply's: once, for a reason, seen by whoever waits meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Generic, Literal, TypeVar

Reason = Literal["revoked", "draining", "unavailable"]
Over = Literal["over"]
OVER: Over = "over"
T = TypeVar("T")


class Closing(Generic[T]):
    """`T`: what is waited for until it is closed."""

    def __init__(self) -> None:
        self.reason: Reason | None = None
        self._closed = asyncio.Event()

    def close(self, reason: Reason) -> bool:
        """The first reason counts; whether it was this one."""
        if self.reason is not None:
            return False
        self.reason = reason
        self._closed.set()
        return True

    async def within(self, seconds: float) -> None:
        """Wait so long, or until it is closed."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closed.wait(), seconds)

    async def or_next(self, items: AsyncIterator[T | None]) -> T | Over | None:
        """The next item; `OVER` when no more come; None where that is what came, or when it is closed."""
        coming = asyncio.ensure_future(anext(items, OVER))
        closing = asyncio.ensure_future(self._closed.wait())
        try:
            await asyncio.wait({coming, closing}, return_when=asyncio.FIRST_COMPLETED)
            return coming.result() if coming.done() else None
        finally:
            coming.cancel()
            closing.cancel()
            await asyncio.gather(coming, closing, return_exceptions=True)
