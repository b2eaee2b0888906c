"""Flags: why somebody should look at a conversation; and the rules by which the server raises them."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models.conversation import Conversation
from chat.models.message import Message


class FlagKind(models.TextChoices):
    DISLIKED = "disliked", _("Thumbs down")
    REPORTED = "reported", _("Reported by the user")
    RULE = "rule", _("Raised by a rule")
    HAND = "hand", _("Raised by a reviewer")


class RuleKind(models.TextChoices):
    FAILED = "failed", _("The reply failed")
    LONG = "long", _("Longer than so many characters")
    WORDS = "words", _("One of these words (one a line)")
    PATTERN = "pattern", _("One of these regular expressions (one a line)")


class FlagRule(models.Model):
    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=RuleKind)
    value = models.TextField(
        _("value"), blank=True, help_text=_("A number, words, or patterns; none for “failed”.")
    )
    questions = models.BooleanField(_("looks at questions"), default=True)
    replies = models.BooleanField(_("looks at replies"), default=True)
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("flag rule")
        verbose_name_plural = _("flag rules")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Flag(models.Model):
    """Open until somebody resolves it."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="flags")
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="flags"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=FlagKind)
    rule = models.ForeignKey(FlagRule, null=True, blank=True, on_delete=models.SET_NULL, related_name="flags")
    reason = models.TextField(_("reason"), blank=True, help_text=_("What who raised it had to say."))
    raised = models.DateTimeField(_("raised"), default=timezone.now)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    resolved = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    announced = models.DateTimeField(null=True, blank=True)
    announced_overdue = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        default_permissions = ()
        ordering = ["-raised", "-id"]
        constraints = [
            # One of a kind: a rule, or a user, that comes again finds its flag there.
            models.UniqueConstraint(
                fields=["message", "kind"],
                condition=models.Q(message__isnull=False, kind__in=["disliked", "reported"]),
                name="flag_by_user_once",
            ),
            models.UniqueConstraint(
                fields=["message", "rule"],
                condition=models.Q(message__isnull=False, rule__isnull=False),
                name="flag_by_rule_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["conversation"], name="flag_open", condition=models.Q(resolved__isnull=True)
            ),
            models.Index(
                fields=["raised"], name="flag_open_raised", condition=models.Q(resolved__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.conversation_id}"
