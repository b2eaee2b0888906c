"""One message of a conversation's tree. A reply is a message of the assistant with a status."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.ids import new_id
from chat.models.conversation import Conversation
from chat.models.status import Status, status_is_known


class Role(models.TextChoices):
    SYSTEM = "system", _("System")
    USER = "user", _("User")
    ASSISTANT = "assistant", _("Assistant")
    TOOL = "tool", _("Tool")


class Message(models.Model):
    """A node of the tree: siblings are edits of a question or other replies to the same one.

    While a reply streams, `content` and `reasoning` hold what earlier completions wrote, and the
    checkpoints of the current completion hold the rest: `chat.access` joins the two, nobody else.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Each index is paid for by every question and reply: there is one a way, and only of rows that have one.
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.CASCADE,
        related_name="messages",
        db_index=False,
        verbose_name=_("conversation"),
    )
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="children",
        db_index=False,
        verbose_name=_("parent"),
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    content = models.TextField(blank=True)
    parts = models.JSONField(
        null=True,
        blank=True,
        help_text=_(
            "Ordered content parts (text, image, file, tool call) where `content` alone does not say it all."
        ),
    )
    reasoning = models.TextField(blank=True)
    chain = models.CharField(
        max_length=64,
        blank=True,
        help_text=_("By which a client's growing history is known again: what was said up to here, hashed."),
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.COMPLETE)
    model = models.CharField(_("model"), max_length=200, blank=True)
    completion = models.ForeignKey(
        "chat.Completion",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        help_text=_("The upstream call that writes, or last wrote, into this reply: its epoch."),
    )
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    deleted = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("Hidden since, with all below it; purged when it can be undone no more."),
    )

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["conversation", "id"], name="message_tree"),
            models.Index(fields=["parent"], name="message_answers", condition=models.Q(parent__isnull=False)),
            models.Index(
                fields=["completion"], name="message_epoch", condition=models.Q(completion__isnull=False)
            ),
            # How many replies of a user run; what a reaper looks at.
            models.Index(
                fields=["status"], name="message_streaming", condition=models.Q(status=Status.STREAMING)
            ),
            # Which conversation a history goes on with. Only of programs that send theirs.
            models.Index(fields=["chain"], name="message_chain", condition=~models.Q(chain="")),
            # The few that wait to be purged.
            models.Index(fields=["deleted"], name="message_purge", condition=models.Q(deleted__isnull=False)),
        ]
        constraints = [
            status_is_known("message_status_known"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="message_role_known"),
            models.CheckConstraint(
                condition=models.Q(role=Role.ASSISTANT) | models.Q(status=Status.COMPLETE),
                name="message_only_replies_run",
            ),
            models.CheckConstraint(
                condition=~models.Q(status=Status.STREAMING) | models.Q(completion__isnull=False),
                name="message_running_has_completion",
            ),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")), name="message_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.id}"
