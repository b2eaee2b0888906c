"""A piece of a running reply, saved by the ticker; folded into the message when the reply ends."""

from django.db import models

from chat.models.completion import Completion


class Checkpoint(models.Model):
    """What arrived from these offsets to the next row's: a piece, so that long replies cost no more."""

    # The unique constraint is the way to a completion's, too: each index is paid for by every checkpoint.
    completion = models.ForeignKey(
        Completion, on_delete=models.CASCADE, related_name="checkpoints", db_index=False
    )
    text_offset = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    reasoning_offset = models.PositiveIntegerField()
    reasoning = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["completion", "text_offset", "reasoning_offset"], name="checkpoint_written_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.completion_id} at {self.text_offset}"
