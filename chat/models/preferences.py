"""What a user chose on the settings page; a user without a row has chosen nothing."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Leaving(models.TextChoices):
    """What becomes of a running reply when the last page that shows it is closed."""

    SITE = "site", _("As the site does")
    STOP = "stop", _("Stop it")
    AFTER = "after", _("Go on for some time")
    FINISH = "finish", _("Finish it")


class Transport(models.TextChoices):
    """How the page follows replies. Both behave the same."""

    SSE = "sse", _("Server-sent events")
    WEBSOCKET = "websocket", _("WebSocket")


class Theme(models.TextChoices):
    SYSTEM = "system", _("Like the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


THEME_COOKIE = "theme"
"""For who is not signed in, and for pages that read no database."""


class Preferences(models.Model):
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="preferences"
    )
    language = models.CharField(max_length=10, blank=True, help_text=_("Empty: what the browser asks for."))
    theme = models.CharField(max_length=10, choices=Theme, default=Theme.SYSTEM)
    transport = models.CharField(max_length=10, choices=Transport, default=Transport.SSE)
    leaving = models.CharField(max_length=10, choices=Leaving, default=Leaving.SITE)
    leaving_seconds = models.PositiveIntegerField(default=30, help_text=_("Where it goes on for some time."))
    model = models.CharField(
        max_length=200, blank=True, help_text=_("Of new conversations; empty: the default.")
    )
    system_prompt = models.TextField(blank=True, help_text=_("Of new conversations on the page."))
    params = models.JSONField(default=dict, blank=True, help_text=_("Of new conversations on the page."))

    class Meta:
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"
