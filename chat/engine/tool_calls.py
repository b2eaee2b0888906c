"""The tool calls of one reply, put together from the provider's pieces.

Whole calls only are told and saved: half an argument is of use to nobody, and text alone has positions.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from chat.chunks import ToolCallPiece
from chat.engine.valid_text import fit

MAX_CALLS = 128
"""Of one reply. What has more is no model, and must not fill the memory."""


@dataclass(slots=True)
class _Growing:
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class ToolCalls:
    """Grows while the provider sends; `value` is what there is, in the provider's order."""

    __slots__ = ("_calls", "_open", "length")

    def __init__(self) -> None:
        self._calls: list[_Growing] = []
        self._open: dict[int | None, _Growing] = {}
        """By the provider's index: the call that its next piece belongs to."""
        self.length = 0
        """Characters of all arguments and names: what counts against the longest reply."""

    def feed(self, pieces: Iterable[ToolCallPiece]) -> None:
        for piece in pieces:
            call = self._open.get(piece.index)
            if call is None or _begins_another(piece, call):
                if len(self._calls) >= MAX_CALLS:
                    continue
                call = self._open[piece.index] = _Growing()
                self._calls.append(call)
            call.id = call.id or piece.id
            call.name = call.name or piece.name
            call.arguments.append(piece.arguments)
            self.length += len(piece.name) + len(piece.arguments)

    def value(self) -> tuple[dict[str, Any], ...]:
        """As OpenAI's clients know them: `{"id", "type": "function", "function": {"name", "arguments"}}`."""
        return tuple(
            {
                "id": fit(call.id),
                "type": "function",
                "function": {"name": fit(call.name), "arguments": fit("".join(call.arguments))},
            }
            for call in self._calls
        )


def _begins_another(piece: ToolCallPiece, call: _Growing) -> bool:
    """Some providers give several calls one index, or none: then another id, or a name anew, tells it."""
    if piece.id and call.id:
        return piece.id != call.id
    return piece.index is None and bool(piece.name) and bool(call.name)
