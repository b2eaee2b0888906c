"""One server process, and the beat that says it lives."""

from django.db import models
from django.utils import timezone

from chat.ids import new_id


class Server(models.Model):
    """A row per process; others watch `beat` stand still by their own clocks, never by this one's time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200, blank=True)
    beat = models.PositiveBigIntegerField(default=0)
    started = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name or str(self.id)
