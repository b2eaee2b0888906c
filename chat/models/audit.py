"""The audit log: who read, judged, took out or changed what. `chat.audit` adds rows; none is ever changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Via(models.TextChoices):
    """The way by which it was done."""

    ADMIN = "admin", _("Admin pages")
    PAGE = "page", _("Chat page")
    API = "api", _("API")
    COMMAND = "command", _("Command line")
    SERVER = "server", _("The server itself")


class AuditEntry(models.Model):
    """Holds ids, counts and keyed hashes: no title, no text, no search words, no names.

    Nothing here is a foreign key: an account or a conversation that is erased leaves its entries
    and the chain as they are. Triggers (`chat.audit.guards`) refuse every UPDATE and DELETE.
    """

    id = models.BigIntegerField(primary_key=True, help_text=_("1, 2, 3, … without a gap."))
    at = models.DateTimeField(_("at"))
    actor = models.BigIntegerField(
        _("who"), null=True, help_text=_("Id of the user; none: the server itself.")
    )
    via = models.CharField(_("by way of"), max_length=10, choices=Via)
    action = models.CharField(_("action"), max_length=40)
    kind = models.CharField(_("kind"), max_length=20, blank=True, help_text=_("What it was done to."))
    object = models.CharField(_("object"), max_length=40, blank=True, help_text=_("Its id."))
    details = models.JSONField(_("details"), default=dict)
    previous = models.CharField(max_length=64, help_text=_("Hash of the entry before; zeros for the first."))
    hash = models.CharField(_("hash"), max_length=64, help_text=_("SHA-256, in hexadecimal."))

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["object", "-id"], name="audit_of_object"),
            models.Index(fields=["actor", "-id"], name="audit_of_actor"),
            models.Index(fields=["action", "-id"], name="audit_of_action"),
            models.Index(fields=["at"], name="audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.action}"
