"""What the engine needs from outside, as protocols of a few methods: a store, a source of chunks, a tally."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from chat.chunks import Opened, Take
from chat.engine.transcript import Ended

Source = Callable[[Take, Opened], Awaitable[None]]
"""Asks the upstream and hands over what each read brings, to its end. However it ends, it has closed it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a reply grew by after these offsets: since its last checkpoint, or since an earlier one."""

    reply: UUID
    epoch: UUID
    text_offset: int
    text: str
    reasoning_offset: int
    reasoning: str


@dataclass(frozen=True, slots=True)
class Ending:
    """A reply's end, with all that its row is to hold."""

    reply: UUID
    epoch: UUID
    ended: Ended
    text: str
    reasoning: str
    started: datetime | None
    first_token: datetime | None
    first_text: datetime | None
    notices: tuple[dict[str, Any], ...] = ()
    waited: float | None = None
    """Seconds from its start to the first token, and to now, by a clock that nobody sets."""
    lasted: float | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a group of checkpoints."""

    lost: frozenset[UUID] = frozenset()
    """Epochs that no longer run: somebody else ended them."""
    refused: dict[UUID, str] = field(default_factory=dict)
    """Epochs whose piece the database cannot hold, and why: these replies alone fail."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a beat notices of the epochs that run here."""

    lost: frozenset[UUID] = frozenset()
    """Those that no longer run: somebody else ended them."""
    to_stop: frozenset[UUID] = frozenset()
    """Those that their users stopped at a process that could not reach this one."""


@dataclass(frozen=True, slots=True)
class Final:
    """The end of a reply as the row tells it, whoever wrote it."""

    ended: Ended
    text: str
    reasoning: str


class StoreAway(Exception):
    """The store cannot be reached now, for the reason given, in a line for the log.

    It may have written all the same; the same is to be tried again.
    """


class Store(Protocol):
    """Where replies are saved. Every write is guarded by `status = streaming` and the epoch."""

    row_chars: int
    """A checkpoint shorter than that is better written again with what comes next than followed by another;
    0: each stands for itself."""

    async def save(self, pieces: Sequence[Piece]) -> Saved:
        """Append the pieces, in one transaction. Raises `StoreAway`. What comes again from the offsets of an
        earlier one is longer, and takes its place.
        """

    async def finish(self, ending: Ending) -> Final:
        """End the reply, or, if somebody else did, tell what is there. Raises `StoreAway`."""

    async def beat(self, running: Collection[UUID]) -> Noticed:
        """Raise this process's counter; what became of these epochs. Raises `StoreAway`."""


class Tally(Protocol):
    """Whoever counts. Told once for a reply and once for a group commit, never for a token; never raises."""

    def ended(self, model: str, ending: Ending, told: Ended) -> None:
        """A reply's end is saved: as it was to be, and as the row has it, where somebody else wrote it."""

    def saved(self, seconds: float) -> None:
        """A group commit was written, and took so long."""


class NoTally:
    """A tally of nothing."""

    def ended(self, model: str, ending: Ending, told: Ended) -> None: ...

    def saved(self, seconds: float) -> None: ...
