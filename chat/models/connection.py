"""A provider that models are reached through, and what the admin says of each of its models."""

from urllib.parse import urlsplit

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


def is_base_url(text: str) -> None:
    """Raises `ValidationError` for what is no http(s) address. Names without a dot are right: `http://ollama:11434/v1`."""
    try:
        url = urlsplit(text)
        right = url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0 and not url.username
    except ValueError:
        right = False
    if not right:
        raise ValidationError(_("Enter an address such as https://example.org/v1, without a user name."))


class Connection(models.Model):
    """A base URL, a key (encrypted with the site's secret) and how it may be used."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    base_url = models.CharField(_("base URL"), max_length=500, blank=True, validators=[is_base_url])
    key_encrypted = models.TextField(blank=True, editable=False)
    headers_encrypted = models.TextField(blank=True, editable=False)
    enabled = models.BooleanField(_("enabled"), default=True)
    local = models.BooleanField(
        _("local"),
        default=False,
        help_text=_("Runs on our own machines: may need minutes to load a model before its first token."),
    )
    concurrency = models.PositiveIntegerField(
        _("concurrency"),
        default=0,
        help_text=_("Calls at the same time; 0 is no limit. Others wait in a fair queue."),
    )
    connect_timeout = models.FloatField(_("connect timeout"), default=10, help_text=_("Seconds."))
    first_token_timeout = models.FloatField(
        _("first token timeout"), default=0, help_text=_("Seconds; 0 is 120, or 300 for a local connection.")
    )
    chunk_timeout = models.FloatField(
        _("chunk timeout"), default=60, help_text=_("Seconds between two chunks.")
    )
    position = models.PositiveIntegerField(
        _("position"), default=0, help_text=_("Order of the list of models.")
    )

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class ConnectionModel(models.Model):
    """What the admin says of one model of a connection. A model without a row is as the provider lists it."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="models", verbose_name=_("connection")
    )
    upstream_id = models.CharField(
        _("upstream id"), max_length=200, help_text=_("The provider's name for the model.")
    )
    name = models.CharField(
        _("name"), max_length=200, blank=True, help_text=_("What users see; empty: the provider's name.")
    )
    hidden = models.BooleanField(_("hidden"), default=False)
    default = models.BooleanField(_("default"), default=False)
    context_length = models.PositiveIntegerField(
        _("context length"), null=True, blank=True, help_text=_("Tokens; empty: not known, nothing is cut.")
    )
    vision = models.BooleanField(
        _("vision"),
        default=False,
        help_text=_("It reads images. Of well-known models this is known; say it here of others."),
    )
    allowed_params = models.JSONField(
        _("allowed params"),
        null=True,
        blank=True,
        help_text=_("Names of the parameters that may be sent; empty: all."),
    )
    groups = models.ManyToManyField(
        Group, blank=True, help_text=_("Who may use it; none: everyone."), verbose_name=_("groups")
    )

    class Meta:
        ordering = ["connection", "upstream_id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "upstream_id"], name="connection_model_once"),
            models.UniqueConstraint(
                fields=["default"], condition=models.Q(default=True), name="connection_model_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.upstream_id
