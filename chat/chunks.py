"""What a provider sends, once it has been read: the value that passes from `upstream` to `engine`."""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct


class ToolCallPiece(Struct, frozen=True, gc=False):
    """A piece of one tool call: id and name come with its first piece, `arguments` is to append."""

    index: int | None = None
    """Which of the reply's calls; None: the provider does not say."""
    id: str = ""
    name: str = ""
    arguments: str = ""


class Chunk(Struct, frozen=True, gc=False):
    """One step of a completion. Any field may be empty; text and reasoning are pieces to append."""

    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCallPiece, ...] = ()
    finish_reason: str | None = None
    usage: dict[str, Any] | None = None
    place: int | None = None
    """Where the call waits in its connection's queue: 1 is next, 0 is no longer waiting."""
    notice: dict[str, Any] | None = None
    """Something the user must be told, such as a parameter that the model rejected and we dropped:
    `{"code": "parameter_dropped", "param": "temperature", "message": "…"}`."""


Take = Callable[[Sequence[Chunk]], object]
"""Is handed what each read of a provider brought; never waits. What it raises ends the reading."""

HangUp = Callable[[], object]
"""Has a provider know in this step of the event loop that nobody reads on. Late, or called twice, it does
nothing. Whoever reads is to be cancelled besides, and closes what is left."""
Opened = Callable[[HangUp], object]
"""Is handed this of each answer that is read."""


def nobody_hangs_up(hang_up: HangUp) -> None:
    """Whoever only cancels what reads: the connection is closed some steps later."""
