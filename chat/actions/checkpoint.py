"""Save what running replies grew by: many at once, each under its guard."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from chat.models import Checkpoint, Message
from chat.models.status import Status


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
    checkpoints = (
        Checkpoint(
            completion_id=piece.epoch,
            text_offset=piece.text_offset,
            text=piece.text,
            reasoning_offset=piece.reasoning_offset,
            reasoning=piece.reasoning,
        )
        for piece in growth
        if piece.epoch in running
    )
    # Where the answer to an earlier commit was lost, the piece comes again from the same place, and longer.
    Checkpoint.objects.bulk_create(
        checkpoints,
        update_conflicts=True,
        unique_fields=["completion", "text_offset", "reasoning_offset"],
        update_fields=["text", "reasoning"],
    )
    return frozenset(epochs - running)
