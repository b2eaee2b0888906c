"""A stream of the server itself that says when each of its pieces was sent. Asks no model, stores nothing."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from chat.auth.caller import Caller
from chat.errors import BadRequest
from chat.service.closing import Reason
from chat.service.runtime import Runtime, runtime
from chat.wire.probe import Begin, Over, Piece, Said, Seen

EVERY_SECONDS = 0.1
"""As fast as a model writes, and far enough apart to be told from lumps."""
RANGES = {"seconds": (1, 60), "silence": (0, 300), "bytes": (0, 1_000_000)}


@dataclass(frozen=True, slots=True)
class Pace:
    """What is asked for. Raises `BadRequest` where it is out of range."""

    seconds: int = 2
    silence: int = 0
    """Seconds in the middle in which nothing is said, not even that the stream is alive."""
    bytes: int = 0
    """So much more is sent in all."""

    def __post_init__(self) -> None:
        for name, (least, most) in RANGES.items():
            if not least <= getattr(self, name) <= most:
                raise BadRequest(f"{name} is between {least} and {most}.", param=name)

    @property
    def pieces(self) -> int:
        return round(self.seconds / EVERY_SECONDS)


class Probe:
    """Iterate it once for what is to be written; `leave` it when the client goes, begun or not."""

    def __init__(
        self, here: Runtime, caller: Caller, pace: Pace, seen: Seen, still: bool | None = None
    ) -> None:
        self.caller = caller
        self.run = secrets.token_hex(8)
        self._still = still
        self._here = here
        self._pace = pace
        self._seen = seen
        self._closed = asyncio.Event()
        here.streams.add(self)

    def revoke(self) -> None:
        self._closed.set()

    def close(self, reason: Reason) -> None:
        """End it, without `over`: to the client it was cut."""
        self._closed.set()

    def leave(self) -> None:
        self._here.streams.discard(self)

    async def __aiter__(self) -> AsyncIterator[Said]:
        pace = self._pace
        try:
            yield Begin(
                self.run,
                pace.pieces,
                EVERY_SECONDS,
                float(pace.silence),
                time.time(),
                self._seen,
                self._still,
            )
            for number in range(pace.pieces):
                silent = pace.silence if number == pace.pieces // 2 else 0
                if await self._is_closed_within(EVERY_SECONDS + silent):
                    return
                yield Piece(number, time.time(), _padding(pace.bytes // pace.pieces))
            yield Over(time.time())
        finally:
            self.leave()

    async def _is_closed_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._closed.wait()
        except TimeoutError:
            return False


async def open_probe(caller: Caller, pace: Pace, seen: Seen, run: str | None = None) -> Probe:
    """Begin, and say whether an earlier `run` of this user's is open still, in this process.

    Raises `Unavailable` while the server drains.
    """
    here = await runtime()
    here.refuse_when_draining()
    open_runs = {
        stream.run
        for stream in here.streams
        if isinstance(stream, Probe) and stream.caller.user_id == caller.user_id
    }
    return Probe(here, caller, pace, seen, None if run is None else run in open_runs)


def _padding(length: int) -> str:
    """Characters that no compression makes shorter by much."""
    return secrets.token_urlsafe(length)[:length]
