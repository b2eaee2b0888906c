"""One upstream call that writes into a reply: the epoch of a position."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.ids import new_id
from chat.models.credentials import ApiKey
from chat.models.message import Message
from chat.models.server import Server
from chat.models.status import Status, status_is_known


class CutOff(models.TextChoices):
    """Why a reply was interrupted."""

    LEFT = "left", _("Nobody followed it any more")
    DRAIN = "drain", _("The server restarted")
    CRASH = "crash", _("The server broke down")


class LookedAt(models.IntegerChoices):
    """How far the flag rules have come with a reply and its question."""

    NOT_YET = 0
    QUESTION = 1
    ALL = 2


class Completion(models.Model):
    """Made in the transaction that asks; ended once, under the guard `status = streaming`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # `completion_numbered` is the way to a message's.
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="completions", db_index=False)
    number = models.PositiveSmallIntegerField(
        _("number"), help_text=_("1 for the reply's first, 2 for its first continuation, …")
    )
    server = models.ForeignKey(
        Server,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="completions",
        db_index=False,
        help_text=_("The process that runs it; its beat is this completion's sign of life."),
    )
    source = models.CharField(
        max_length=10,
        blank=True,
        help_text=_("The way by which it was asked: see `chat.models.digest.SOURCES`."),
    )
    key = models.ForeignKey(
        ApiKey,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        verbose_name=_("API key"),
        help_text=_("By which it was asked; none: on a page."),
    )
    reckoned = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("Tokens of what was sent, reckoned from its length: counted where no usage was told."),
    )
    # Null: SQLite would write a table of many rows anew for a default.
    place = models.CharField(max_length=32, null=True)
    """While it runs, and where what is used from an address is limited: from where it was asked, as a keyed
    hash. Its end is counted by it, and forgets it."""
    connection = models.CharField(
        max_length=100, blank=True, help_text=_("Name of the provider's connection.")
    )
    model = models.CharField(_("model"), max_length=200)
    params = models.JSONField(_("params"), default=dict, blank=True)
    request_hash = models.CharField(
        max_length=64,
        blank=True,
        help_text=_("SHA-256 of the call that asked for it, to know a retry from a new question."),
    )
    text_start = models.PositiveIntegerField(
        default=0, help_text=_("Code points of text in the reply when it began.")
    )
    reasoning_start = models.PositiveIntegerField(default=0)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.STREAMING)
    finish_reason = models.CharField(_("finish reason"), max_length=40, null=True, blank=True)
    usage = models.JSONField(_("usage"), null=True, blank=True)
    error = models.JSONField(_("error"), null=True, blank=True)
    notices = models.JSONField(
        _("notices"),
        default=list,
        blank=True,
        help_text=_("What the user is told: context cut, parameter dropped."),
    )
    created = models.DateTimeField(default=timezone.now, editable=False)
    started = models.DateTimeField(
        _("started"), null=True, blank=True, help_text=_("The request was sent to the provider.")
    )
    first_token = models.DateTimeField(_("first token"), null=True, blank=True)
    first_text = models.DateTimeField(
        null=True, blank=True, help_text=_("The answer began, and the thinking before it was over.")
    )
    ended = models.DateTimeField(_("ended"), null=True, blank=True)
    cut_off = models.CharField(
        max_length=5, choices=CutOff, blank=True, help_text=_("Why it was interrupted; empty: it was not.")
    )
    stop_wanted = models.BooleanField(null=True)
    """Its user stopped it at a process that could not reach the one that runs it: that one will see it."""
    looked_at = models.PositiveSmallIntegerField(
        null=True,
        default=LookedAt.NOT_YET,
        help_text=_("How far the flag rules are with it; null: it was there before them."),
    )

    class Meta:
        verbose_name = _("completion")
        verbose_name_plural = _("completions")
        ordering = ["id"]
        indexes = [
            # Of those that run: the end takes it away.
            models.Index(
                fields=["server"], name="completion_of_server", condition=models.Q(server__isnull=False)
            ),
            # Those that run by a key are counted, and a key that is deleted is taken out of its own.
            models.Index(
                fields=["key", "status"],
                name="completion_of_key",
                condition=models.Q(key__isnull=False),
            ),
            # The few that the flag rules have still to look at.
            models.Index(
                fields=["id"],
                name="completion_to_look_at",
                condition=models.Q(looked_at__lt=LookedAt.ALL),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="completion_numbered"),
            status_is_known("completion_status_known"),
            # One upstream call at a time writes into a reply.
            models.UniqueConstraint(
                fields=["message"], condition=models.Q(status=Status.STREAMING), name="completion_one_runs"
            ),
            models.CheckConstraint(
                condition=models.Q(status=Status.STREAMING) | models.Q(ended__isnull=False),
                name="completion_ended_is_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.id}"
