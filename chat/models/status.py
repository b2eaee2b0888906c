"""The one honest status of a reply, as choices and as the database's own constraint."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """How a reply stands. Only a guarded update from `streaming` ever changes it (and `continue` back)."""

    STREAMING = "streaming", _("Streaming")
    COMPLETE = "complete", _("Complete")
    STOPPED = "stopped", _("Stopped")
    INTERRUPTED = "interrupted", _("Interrupted")
    FAILED = "failed", _("Failed")


def status_is_known(name: str) -> models.CheckConstraint:
    """The constraint that lets only those values into a table's `status`."""
    return models.CheckConstraint(condition=models.Q(status__in=Status.values), name=name)
