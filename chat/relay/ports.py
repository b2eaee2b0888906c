"""What a process asks of the relay, and what it offers to the other processes through it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

RENEW_SECONDS = 3.0
"""How often a follower says that it is still there; hearing nothing for as long, it reads the row."""
LOST_SECONDS = 10.0
"""A lease that was not renewed for so long is lost, which is leaving."""
STOP_SECONDS = 2.0
"""The longest that a stop waits for the owner's answer; then the caller ends the row itself."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a reply grew by. Offsets are in code points, as in the events."""

    reasoning_offset: int
    reasoning: str
    text_offset: int
    text: str
    place: int | None = None
    """Where the reply waits in its provider's queue, as in `chat.chunks.Chunk`."""
    title: str | None = None
    """What its conversation was named meanwhile."""


class Attached(Protocol):
    """One follower from elsewhere, attached to a reply of this process until it leaves."""

    async def after(self, reasoning: int, text: int) -> Piece | None:
        """All that comes after these lengths, waiting for it, or for a new place in the queue or title.

        None once the reply ended, is saved, and has no more.
        """

    def leave(self) -> None:
        """The follower went; this may start the resume window."""


class Owner(Protocol):
    """What a process offers to the others."""

    def attach(self, reply: UUID, epoch: UUID) -> Attached | None:
        """Follow the reply on behalf of another process; None when this epoch of it does not run here."""

    async def stop(self, reply: UUID) -> bool:
        """Stop the reply; True once it is ended and saved, False when it does not run here."""

    def announced(self, user_id: int, event: dict[str, Any]) -> None:
        """Another process, or this one, has something to tell all that this user has open."""


class Relay(Protocol):
    """The way to the other processes. Made once per process; `start` and `close` are its life."""

    async def start(self, owner: Owner) -> None:
        """Begin to listen. Never waits for the relay to be reachable."""

    async def stop(self, reply: UUID, server: UUID) -> bool:
        """Stop a reply that `server` runs; True when that process says that it is ended and saved."""

    def follow(
        self, reply: UUID, epoch: UUID, server: UUID, *, reasoning: int, text: int
    ) -> AbstractAsyncContextManager[AsyncIterator[Piece | None]]:
        """What the reply grows by from these lengths on, without gap or overlap.

        None: nothing was heard for 3 s, so read the row. The end of the iteration: the reply ended,
        or does not run there any more, so read the row too. Leaving the context is leaving the reply.
        """

    async def announce(self, user_id: int, event: dict[str, Any]) -> None:
        """Tell every process, this one included. May be lost while the relay is down."""

    async def close(self) -> None:
        """Leave what is followed elsewhere, let go of those who follow here, and end the connection."""
