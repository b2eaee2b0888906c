"""What the owner thinks of a reply."""

from django.db import models
from django.utils import timezone

from chat.models.message import Message


class Feedback(models.Model):
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="feedback")
    rating = models.SmallIntegerField(null=True, blank=True)
    comment = models.TextField(null=True, blank=True)
    updated = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rating__isnull=True) | models.Q(rating__in=[1, -1]),
                name="feedback_rating_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating} {self.message_id}"
