"""What becomes of conversations with time, what must be kept, and what tokens cost."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models.conversation import Conversation


class RetentionAct(models.TextChoices):
    DELETE = "delete", _("Delete")
    ANONYMISE = "anonymise", _("Anonymise")


class RetentionRule(models.Model):
    """For the members of a group, or for everybody (no group).

    The shortest of a user's groups counts; the rule for everybody is for those in no group that has one.
    """

    group = models.OneToOneField(
        Group, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("group")
    )
    days = models.PositiveIntegerField(_("days"), help_text=_("After the conversation was last asked."))
    act = models.CharField(
        _("what is done"), max_length=10, choices=RetentionAct, default=RetentionAct.DELETE
    )
    enabled = models.BooleanField(_("enabled"), default=False)

    class Meta:
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")
        constraints = [
            models.UniqueConstraint(
                models.F("act"), condition=models.Q(group__isnull=True), name="retention_of_everybody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group or _('Everybody')}: {self.days}"


class LegalHold(models.Model):
    """Until it is lifted no deletion passes: neither a user's, nor a policy's, nor an administrator's."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="legal_holds",
        verbose_name=_("user"),
    )
    conversation = models.ForeignKey(
        Conversation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="legal_holds",
        verbose_name=_("conversation"),
    )
    reason = models.TextField(_("reason"))
    made = models.DateTimeField(_("made"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    lifted = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) ^ models.Q(conversation__isnull=True),
                name="hold_on_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id or self.conversation_id}"


class Price(models.Model):
    """What a model's tokens cost, since a day on."""

    model = models.CharField(_("model"), max_length=200)
    since = models.DateField(_("since"))
    prompt = models.DecimalField(_("a million tokens read"), max_digits=12, decimal_places=4)
    completion = models.DecimalField(_("a million tokens written"), max_digits=12, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3, default="USD")

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["model", "-since"]
        constraints = [models.UniqueConstraint(fields=["model", "since"], name="price_of_day")]

    def __str__(self) -> str:
        return f"{self.model} {self.since}"
