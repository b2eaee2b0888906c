"""All that was said in one reply so far: the log that every position is read from.

A live reply owns one and appends to it; a row of the database is loaded into one. Followers
read both alike, so the live path and the replay path give the same text.
"""

from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from chat.engine.growing_text import GrowingText
from chat.events import End, ReplyStatus

CutOff = Literal["left", "drain", "crash"]
"""Nobody followed it any more; the server restarted; the server broke down."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One completion of the reply, and the lengths that the reply had when it began."""

    id: UUID
    reasoning_start: int = 0
    text_start: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """How the reply ended."""

    status: ReplyStatus
    finish_reason: str | None = None
    usage: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    cut_off: CutOff | None = None
    """Why it was interrupted: for the row to keep. No event tells it."""
    retry_after: float | None = None
    """Seconds after which a provider that failed wants to be asked again. Told at once, and not kept."""
    tool_calls: tuple[dict[str, Any], ...] = ()
    """What the model wants called, as OpenAI's clients know it; whole calls of a reply that is complete."""


LEFT = Ended("interrupted", cut_off="left")
DRAINED = Ended("interrupted", cut_off="drain")


@dataclass(slots=True, eq=False, weakref_slot=True)
class Transcript:
    """The identity of a reply, its two growing texts, its epochs in order, and its end if it has come."""

    conversation: UUID
    request: UUID | None
    reply: UUID
    model: str
    epochs: tuple[Epoch, ...]
    text: GrowingText = field(default_factory=GrowingText)
    reasoning: GrowingText = field(default_factory=GrowingText)
    title: str | None = None
    """A title made while the reply ran; told to followers once."""
    place: int | None = None
    """Where the reply waits in its provider's queue; None when it never waited."""
    ended: Ended | None = None
    reply_id: str = field(init=False)
    """`reply` as events name it: made once, not for each token."""

    def __post_init__(self) -> None:
        self.reply_id = str(self.reply)

    @property
    def epoch(self) -> Epoch:
        """The current one."""
        return self.epochs[-1]

    def append(self, reasoning: str, text: str, place: int | None, title: str | None) -> None:
        """Take in what another process told of it."""
        self.reasoning.append(reasoning)
        self.text.append(text)
        self.place = place
        self.title = title

    def is_ahead_of(self, other: "Transcript") -> bool:
        """Whether more was said here. For two states of one epoch."""
        return self.text.length + self.reasoning.length > other.text.length + other.reasoning.length

    def end_event(self, ended: Ended) -> End:
        """The `end` that followers are told."""
        return End(
            reply=self.reply_id,
            status=ended.status,
            finish_reason=ended.finish_reason,
            length=self.text.length,
            usage=ended.usage,
            error=ended.error,
        )
