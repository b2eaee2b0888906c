"""What is still to be told of new and overdue flags, by mail or webhook: ids only."""

from django.db import models
from django.utils import timezone


class Way(models.TextChoices):
    MAIL = "mail"
    WEBHOOK = "webhook"


class Announcement(models.Model):
    """One message. Of each way one is open: what is flagged meanwhile joins it until it goes out."""

    way = models.CharField(max_length=10, choices=Way)
    new = models.JSONField(default=list)
    overdue = models.JSONField(default=list)
    made = models.DateTimeField(default=timezone.now)
    due = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    sending_until = models.DateTimeField(null=True)  # whoever sends it has it until then
    sent = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["way"], condition=models.Q(sent__isnull=True), name="announcement_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.pk}"
