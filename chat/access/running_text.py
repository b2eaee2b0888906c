"""The text of a reply as saved now: what earlier completions wrote, and the checkpoints of the running one.

The checkpoints are read BEFORE the messages. The end folds them into the message and deletes them,
so whoever read the message first could find neither; read in this order, the worst is a text that
is one checkpoint old.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chat.models import Checkpoint, Message
from chat.models.status import Status


@dataclass(slots=True)
class Pieces:
    """Checkpoints of some completions, in their order."""

    text: dict[UUID, list[str]] = field(default_factory=dict)
    reasoning: dict[UUID, list[str]] = field(default_factory=dict)

    def join(self, messages: Iterable[Message]) -> None:
        """Complete `content` and `reasoning` of those that run, in memory."""
        for message in messages:
            if message.status == Status.STREAMING and message.completion_id is not None:
                message.content += "".join(self.text.get(message.completion_id, ()))
                message.reasoning += "".join(self.reasoning.get(message.completion_id, ()))


def read_pieces(**completions: Any) -> Pieces:
    """The checkpoints where these look-ups on `Checkpoint` hold. Call it before reading the messages."""
    pieces = Pieces()
    rows = Checkpoint.objects.filter(**completions).order_by("id")
    for completion_id, text, reasoning in rows.values_list("completion_id", "text", "reasoning"):
        pieces.text.setdefault(completion_id, []).append(text)
        pieces.reasoning.setdefault(completion_id, []).append(reasoning)
    return pieces
