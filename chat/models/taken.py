"""Sets of conversations that reviewers keep a name for, or take out."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.ids import new_id


class SavedFilter(models.Model):
    """A set of conversations that a reviewer comes back to."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters"
    )
    name = models.CharField(_("name"), max_length=100)
    query = models.TextField(help_text=_("As in the address of the list."))
    shared = models.BooleanField(_("shared"), default=False, help_text=_("Other reviewers see it, too."))
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        default_permissions = ()
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_filter_named")]

    def __str__(self) -> str:
        return self.name


class ReviewExport(models.Model):
    """One taking out of the filtered set: how far it is, and how it ended."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    """None: the command line, where nobody said who it was."""
    query = models.TextField(blank=True)
    form = models.CharField(max_length=20)
    pseudonymised = models.BooleanField(default=False)
    made = models.DateTimeField(default=timezone.now)
    heard = models.DateTimeField(null=True, blank=True)
    """When it last told how far it is."""
    server = models.UUIDField(null=True, blank=True)
    """The process that makes its file, by the id of its row, which may be gone. None: a command."""
    ended = models.DateTimeField(null=True, blank=True)
    cancelled = models.BooleanField(default=False)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    """None: it was asked for, and never begun."""
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-made"]

    def __str__(self) -> str:
        return f"{self.form} {self.id}"
