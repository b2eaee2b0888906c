"""What the members of a group may use, and what was used: by user, key, day and model; by address."""

from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.quota import QUOTA_FIELDS, Quota

NO_KEY: Final = UUID(int=0)
"""Stands for what was asked on a page: a unique constraint takes two nulls for different."""


class GroupLimits(models.Model):
    """Empty: as the site says. 0: no limit. Who is in several groups has the most generous of each."""

    group = models.OneToOneField(
        Group, on_delete=models.CASCADE, related_name="limits", verbose_name=_("group")
    )
    requests_per_minute = models.PositiveIntegerField(_("requests a minute"), null=True, blank=True)
    streams = models.PositiveIntegerField(_("replies at a time"), null=True, blank=True)
    sockets = models.PositiveIntegerField(_("live connections at a time"), null=True, blank=True)
    tokens_per_day = models.PositiveBigIntegerField(_("tokens a day"), null=True, blank=True)
    tokens_per_month = models.PositiveBigIntegerField(_("tokens a month"), null=True, blank=True)
    cost_per_day = models.DecimalField(
        _("cost a day"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    cost_per_month = models.DecimalField(
        _("cost a month"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    message_chars = models.PositiveIntegerField(_("characters a message"), null=True, blank=True)
    attachment_bytes = models.PositiveIntegerField(_("bytes a file"), null=True, blank=True)

    class Meta:
        verbose_name = _("limits of a group")
        verbose_name_plural = _("limits of groups")
        ordering = ["group__name"]

    def __str__(self) -> str:
        return str(self.group)

    @property
    def quota(self) -> Quota:
        return Quota(**{name: getattr(self, name) for name in QUOTA_FIELDS})


class _Sum(models.Model):
    """What was used of a model on a day. Added to at the end of each reply (`chat.digest.spent`)."""

    day = models.DateField()  # on which it ended, where the site is
    model = models.CharField(max_length=200)
    replies = models.PositiveIntegerField(default=0)
    prompt_tokens = models.PositiveBigIntegerField(default=0)
    completion_tokens = models.PositiveBigIntegerField(default=0)

    class Meta:
        abstract = True
        default_permissions = ()


class Spent(_Sum):
    """By a user. Never taken from: what is deleted was used."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    key = models.UUIDField(default=NO_KEY)  # no foreign key: of one that is gone it stays true

    class Meta(_Sum.Meta):
        constraints = [
            # Its index is also the way to a user's month.
            models.UniqueConstraint(fields=["user", "day", "key", "model"], name="spent_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.day} {self.model}"


class SpentFrom(_Sum):
    """From an address that is limited, whoever asked: no user is in it. Kept for the month."""

    place = models.CharField(max_length=32)  # a keyed hash, as `Completion.place`

    class Meta(_Sum.Meta):
        constraints = [
            # Its index is also the way to a place's month.
            models.UniqueConstraint(fields=["place", "day", "model"], name="spentfrom_once")
        ]
        indexes = [models.Index(fields=["day"], name="spentfrom_by_day")]  # what is of months before goes

    def __str__(self) -> str:
        return f"{self.place} {self.day} {self.model}"
