"""The bytes for one client that follows something, and the headers under which they are sent."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Final, Generic, Protocol, TypeVar

from chat.at_once import Left, at_once
from chat.wire.pieces import pieces
from chat.wire.restart import StartedAgain

logger = logging.getLogger(__name__)

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

# `no-transform`: development servers that compress would hold a stream back.
# `X-Accel-Buffering`: nginx would collect it.
STREAM_HEADERS: Final = {"Cache-Control": "no-cache, no-transform, no-store", "X-Accel-Buffering": "no"}


class Source(Protocol[T_co]):
    """What a stream is made of."""

    def __aiter__(self) -> AsyncIterator[T_co]: ...

    def leave(self) -> None:
        """The client went. Leaving twice is leaving once."""


class Pushing(Protocol[T]):
    """A source that pushes what comes while whoever iterates it waits; `None`: all of it is iterated."""

    push: Callable[[T], Left] | None


class Stream(Generic[T]):
    """The bytes for one client, and the certainty that its follower leaves, however the response ends.

    A generator alone would not do: one that was never begun runs no `finally`. Django calls `close`
    of whatever it was given to stream.
    """

    def __init__(
        self, source: Source[T], encode: Callable[[T], bytes], *, name: str, opening: bytes = b""
    ) -> None:
        self._name = name
        self._source = source
        self._encode = encode
        self._opening = opening
        self._loop = asyncio.get_running_loop()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            if self._opening:
                yield self._opening
            async with aclosing(aiter(self._source)) as batches:  # type: ignore[type-var]
                async for batch in batches:
                    for piece in pieces(self._encode(batch)):
                        yield piece
        except StartedAgain as again:
            if again.last:
                yield again.last
        except Exception:
            # An exception that leaves the application after the response began breaks Daphne's
            # own clean-up. The client sees a stream without an end, and comes back.
            logger.exception("the stream of %s broke", self._name)
        finally:
            self.leave()

    def writing_by(self, write: Callable[[bytes], Awaitable[None]]) -> Callable[[T], Left]:
        """How an item is written beside the iteration, while that waits for one."""

        async def written(item: T) -> None:
            for piece in pieces(self._encode(item)):
                await write(piece)

        return lambda item: at_once(written(item))

    def leave(self) -> None:
        """The client went; within the event loop."""
        self._source.leave()

    def close(self) -> None:
        """Leave. From any thread: Django closes responses in one of its own."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.leave)

    def __del__(self) -> None:
        # A client that goes between the view and the handler: nobody begins or closes the response.
        self.close()
