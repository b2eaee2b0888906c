"""The one vocabulary of events that a reply sends to those who follow it.

Values only: this file imports nothing of ours and knows no transport. `docs/api.md` describes
each event as clients see it; `chat/wire/` turns them into bytes. Structs, since one is made and encoded
for each token and follower: a fifth of what a dataclass and a dict cost (benchmarks/token_steps.py).
"""

from typing import Any, ClassVar, Literal

from msgspec import Struct

ReplyStatus = Literal["streaming", "complete", "stopped", "interrupted", "failed"]


class Start(Struct, frozen=True, tag_field="type", tag="start", gc=False):
    """A reply begins, from its first character or, after `continue`, from its old length."""

    type: ClassVar[str] = "start"
    conversation: str
    request: str | None
    reply: str
    model: str


class Delta(Struct, frozen=True, tag_field="type", tag="delta", gc=False):
    """A piece of the reply's text; `offset` counts the code points of reply text before it."""

    type: ClassVar[str] = "delta"
    reply: str
    offset: int
    text: str


class Reasoning(Struct, frozen=True, tag_field="type", tag="reasoning", gc=False):
    """A piece of the model's thinking; `offset` counts the code points of thinking before it."""

    type: ClassVar[str] = "reasoning"
    reply: str
    offset: int
    text: str


class Block(Struct, frozen=True, tag_field="type", tag="block", gc=False):
    """A Markdown block that closed: code points `offset` to `offset + length`, as safe HTML."""

    type: ClassVar[str] = "block"
    reply: str
    index: int
    offset: int
    length: int
    html: str


class Title(Struct, frozen=True, tag_field="type", tag="title", gc=False):
    """The conversation was given a title. Carries no position."""

    type: ClassVar[str] = "title"
    conversation: str
    title: str


class Changed(Struct, frozen=True, tag_field="type", tag="changed", gc=False):
    """Something that the list of conversations or this one's page shows has changed. Carries no position."""

    type: ClassVar[str] = "changed"
    conversation: str


class Queue(Struct, frozen=True, tag_field="type", tag="queue", gc=False):
    """The reply waits for its provider: `place` 1 is next, 0 waits no more. Carries no position."""

    type: ClassVar[str] = "queue"
    reply: str
    place: int


class ToolCalls(Struct, frozen=True, tag_field="type", tag="tool_calls"):
    """What the model wants called, all of it, right before `end`; only where there is any."""

    type: ClassVar[str] = "tool_calls"
    reply: str
    tool_calls: tuple[dict[str, Any], ...]


class End(Struct, frozen=True, tag_field="type", tag="end"):
    """The reply ended and is saved; `length` is the code points of the text that was kept."""

    type: ClassVar[str] = "end"
    reply: str
    status: ReplyStatus
    finish_reason: str | None
    length: int
    usage: dict[str, Any] | None
    error: dict[str, Any] | None


Event = Start | Delta | Reasoning | Block | Title | Changed | Queue | ToolCalls | End

POSITIONLESS = (Title, Changed, Queue)
"""Events that say nothing about how far a client has read, and so never carry an id."""


class Batch(Struct, frozen=True):
    """What one write to a client holds: events in their order, and the position after them.

    `id` belongs to the last event, which is never a positionless one unless all are (then it is
    None). A batch without events is a keep-alive: nothing happened for a while.
    """

    events: tuple[Event, ...] = ()
    id: str | None = None


KEEP_ALIVE = Batch()
