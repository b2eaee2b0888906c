"""What reviewers make of a conversation or a message: verdict, labels, notes, and who looks after it."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models.conversation import Conversation
from chat.models.message import Message


class Verdict(models.TextChoices):
    USEFUL = "useful", _("Useful")
    POOR = "poor", _("Poor")
    UNSAFE = "unsafe", _("Unsafe")
    NOTHING = "nothing", _("Nothing to do")


class Label(models.Model):
    """A word that reviewers sort by."""

    name = models.CharField(_("name"), max_length=50, unique=True)
    retired = models.BooleanField(
        _("retired"), default=False, help_text=_("Kept where it is, offered no more.")
    )

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Review(models.Model):
    """Of a conversation (`message` is null) or of one message of it.

    `version` rises with each change: who writes says which one they saw, and is refused where it is
    another by now.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="reviews")
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="reviews"
    )
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict, blank=True)
    labels = models.ManyToManyField(Label, blank=True, related_name="reviews", verbose_name=_("labels"))
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("assignee"),
    )
    escalated = models.BooleanField(_("escalated"), default=False)
    version = models.PositiveIntegerField(default=1)
    updated = models.DateTimeField(default=timezone.now)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        default_permissions = ()
        permissions = [
            ("review_conversations", _("Can find and read the conversations of other users")),
            ("judge_conversations", _("Can judge conversations: verdicts, labels, notes, flags, assignees")),
            ("export_conversations", _("Can take conversations of other users out")),
            ("see_figures", _("Can see the dashboard")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"],
                condition=models.Q(message__isnull=True),
                name="review_of_conversation",
            ),
            models.UniqueConstraint(
                fields=["message"], condition=models.Q(message__isnull=False), name="review_of_message"
            ),
            models.CheckConstraint(
                condition=models.Q(message__isnull=True) | models.Q(assignee__isnull=True, escalated=False),
                name="review_conversations_are_assigned",
            ),
        ]
        indexes = [
            models.Index(fields=["verdict"], name="review_verdict", condition=~models.Q(verdict="")),
            models.Index(fields=["escalated"], name="review_escalated", condition=models.Q(escalated=True)),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.message_id or self.conversation_id}"


class Note(models.Model):
    """What one reviewer tells the others. Its text is no part of the audit log."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="review_notes")
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="review_notes"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("author"),
    )
    text = models.TextField(_("text"))
    created = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.id)
