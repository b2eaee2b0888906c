"""Save what running replies grew by: many at once, each under its guard."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from chat.models import Completion, Message
from chat.models.status import Status

_APPEND: Final = """
    INSERT INTO chat_checkpoint (completion_id, text_offset, text, reasoning_offset, reasoning)
    VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (completion_id, text_offset, reasoning_offset)
    DO UPDATE SET text = excluded.text, reasoning = excluded.reasoning
"""
"""Where the answer to an earlier commit was lost, the piece comes again from the same place, and longer."""


@dataclass(frozen=True, slots=True)
class Growth:
    """A piece of one completion: what came after these offsets (code points)."""

    epoch: UUID
    text_offset: int
    text: str
    reasoning_offset: int
    reasoning: str


@transaction.atomic
def save_growth(growth: Sequence[Growth]) -> frozenset[UUID]:
    """Append the pieces; the epochs that do not run any more, of which nothing was saved. Two queries."""
    epochs = {piece.epoch for piece in growth}
    running = set(
        Message.objects.select_for_update(no_key=True)
        .filter(status=Status.STREAMING, completion_id__in=epochs)
        .order_by("id")
        .values_list("completion_id", flat=True)
    )
    to_stored = Completion._meta.pk.get_db_prep_value
    with connection.cursor() as cursor:
        cursor.executemany(
            _APPEND,
            [
                (
                    to_stored(piece.epoch, connection),
                    *(piece.text_offset, piece.text, piece.reasoning_offset, piece.reasoning),
                )
                for piece in growth
                if piece.epoch in running
            ],
        )
    return frozenset(epochs - running)
