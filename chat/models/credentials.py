"""API keys, kept as hashes, and the keys by which a client marks a request it may repeat."""

from typing import Final

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.ids import new_id
from chat.models.message import Message
from chat.quota import QUOTA_FIELDS, Quota
from chat.scopes import DEFAULT_SCOPES, Scope, scopes_in, scopes_text

PREFIX_LENGTH: Final = 12
"""What lists show of a key: `chat-` and 7 of its 43 random characters; 36 stay unknown."""


class ApiKey(models.Model):
    """A program's way in. The key itself is shown once and never stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    prefix = models.CharField(
        _("prefix"),
        max_length=PREFIX_LENGTH,
        db_index=True,
        help_text=_("The first characters, to know it by."),
    )
    hash = models.CharField(
        max_length=64, unique=True, help_text=_("SHA-256 of the whole key, in hexadecimal.")
    )
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    last_used = models.DateTimeField(_("last used"), null=True, blank=True, help_text=_("To the minute."))
    last_address = models.GenericIPAddressField(
        _("last used from"), null=True, blank=True, help_text=_("Noted together with the last use.")
    )
    scopes_stored = models.CharField(
        _("scopes"),
        db_column="scopes",
        max_length=60,
        default=scopes_text(DEFAULT_SCOPES),
        # A server of the version before makes keys while the others have been restarted already.
        db_default=scopes_text(DEFAULT_SCOPES),
        editable=False,
    )
    expires = models.DateTimeField(_("expires"), null=True, blank=True, help_text=_("Empty: never."))
    revoked = models.DateTimeField(_("revoked"), null=True, blank=True)
    requests_per_minute = models.PositiveIntegerField(
        _("requests a minute"), null=True, blank=True, help_text=_("Empty: as for its user.")
    )
    streams = models.PositiveIntegerField(
        _("replies at a time"), null=True, blank=True, help_text=_("Empty: as for its user.")
    )
    sockets = models.PositiveIntegerField(
        _("live connections at a time"), null=True, blank=True, help_text=_("Empty: as for its user.")
    )
    tokens_per_day = models.PositiveBigIntegerField(
        _("tokens a day"), null=True, blank=True, help_text=_("Empty: as for its user.")
    )
    tokens_per_month = models.PositiveBigIntegerField(
        _("tokens a month"), null=True, blank=True, help_text=_("Empty: as for its user.")
    )
    cost_per_day = models.DecimalField(
        _("cost a day"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Empty: as for its user."),
    )
    cost_per_month = models.DecimalField(
        _("cost a month"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Empty: as for its user."),
    )
    message_chars = models.PositiveIntegerField(
        _("characters a message"), null=True, blank=True, help_text=_("Empty: as for its user.")
    )
    attachment_bytes = models.PositiveIntegerField(
        _("bytes a file"), null=True, blank=True, help_text=_("Empty: as for its user.")
    )

    class Meta:
        ordering = ["-created"]
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}".strip()

    @property
    def scopes(self) -> frozenset[Scope]:
        """What it may be used for."""
        return scopes_in(self.scopes_stored)

    @property
    def quota(self) -> Quota:
        """What it may use by itself, beside what its user may."""
        return Quota(**{name: getattr(self, name) for name in QUOTA_FIELDS})


class IdempotencyKey(models.Model):
    """The first call with this key, and the reply it began; good for 24 hours."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    endpoint = models.CharField(max_length=100)
    body_hash = models.CharField(max_length=64)
    reply = models.ForeignKey(
        Message,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Empty: it was deleted meanwhile. A retry does not ask again."),
    )
    created = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
