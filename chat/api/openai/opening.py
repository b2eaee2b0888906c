"""A followed reply whose beginning was waited for, so that a failure before the first token has a status."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from chat.at_once import Left
from chat.errors import Unauthenticated, Unavailable
from chat.events import Batch, Delta, End, Reasoning
from chat.service import Following


class Opening:
    """`chat.wire.stream.Source` over a following: first what was waited for, then the rest."""

    def __init__(self, following: Following) -> None:
        self.push: Callable[[Batch], Left] | None = None
        """Once what was waited for is told."""
        self._following = following
        self._batches = aiter(following)
        self._read: list[Batch] = []
        self._coming: asyncio.Task[Batch | None] | None = None

    async def wait(self, seconds: float) -> None:
        """Return at the first token or the end, but no later. Raises what the reply failed with before it."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        try:
            while not self._has_begun():
                batch = self._next()
                done, _ = await asyncio.wait({batch}, timeout=max(deadline - loop.time(), 0))
                if not done:
                    return
                self._take(batch)
            self._raise_early_failure()
        except BaseException:
            await self._abandon()
            raise

    async def __aiter__(self) -> AsyncIterator[Batch]:
        try:
            for batch in self._read:
                yield batch
            if self._coming is not None:
                coming, self._coming = await self._coming, None
                if coming is None:
                    return
                yield coming
            self._following.push = self.push
            async for batch in self._batches:
                yield batch
        finally:
            await self._abandon()

    def leave(self) -> None:
        self._following.leave()

    def _next(self) -> "asyncio.Task[Batch | None]":
        """The next batch. A task, so that a wait that gives up loses nothing of it."""
        if self._coming is None:
            self._coming = asyncio.create_task(anext(self._batches, None))
        return self._coming

    def _take(self, coming: "asyncio.Task[Batch | None]") -> None:
        self._coming = None
        batch = coming.result()
        if batch is None:
            if self._following.closed_reason == "revoked":
                raise Unauthenticated("Your key or session was revoked while the reply ran.")
            raise Unavailable("The server cannot go on with the reply now.", message_id=self._following.reply)
        self._read.append(batch)

    def _has_begun(self) -> bool:
        return any(isinstance(event, Delta | Reasoning | End) for event in self._events())

    def _events(self) -> list[object]:
        return [event for batch in self._read for event in batch.events]

    def _raise_early_failure(self) -> None:
        spoken = any(isinstance(event, Delta | Reasoning) for event in self._events())
        if not spoken and (failure := self._following.failure()) is not None:
            raise failure

    async def _abandon(self) -> None:
        self.leave()
        if self._coming is not None:
            self._coming.cancel()
            with suppress(asyncio.CancelledError):
                await self._coming
            self._coming = None
        await self._batches.aclose()  # type: ignore[attr-defined]
