"""A conversation: a tree of messages that belongs to one user, and the branch of it that is shown."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.ids import new_id


class TitleSource(models.TextChoices):
    """Who wrote the title. A made title never replaces one that a person gave."""

    QUESTION = "question", _("First words of the first question")
    MODEL = "model", _("Made by the model")
    PERSON = "person", _("Given by a person")


class Conversation(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="conversations",
        db_index=False,  # `conversation_list` begins with it
        verbose_name=_("owner"),
    )
    title = models.CharField(_("title"), max_length=200, blank=True)
    title_source = models.CharField(
        _("title source"), max_length=10, choices=TitleSource, default=TitleSource.QUESTION
    )
    model = models.CharField(_("model"), max_length=200, blank=True, help_text=_("Empty: the default model."))
    system_prompt = models.TextField(_("system prompt"), blank=True)
    params = models.JSONField(
        _("params"),
        default=dict,
        blank=True,
        help_text=_("Of a call that names none: temperature, max_tokens, …"),
    )
    temporary = models.BooleanField(
        _("temporary"), default=False, help_text=_("Not listed, not searched, and not kept.")
    )
    imported_from = models.CharField(
        max_length=100, blank=True, help_text=_("Its name where it came from, so that it comes once only.")
    )
    pinned = models.BooleanField(_("pinned"), default=False)
    archived = models.BooleanField(_("archived"), default=False)
    active = models.ForeignKey(
        "chat.Message",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("The last message of the branch that is shown."),
    )
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated = models.DateTimeField(_("updated"), default=timezone.now, help_text=_("When it was last asked."))
    deleted = models.DateTimeField(
        null=True, blank=True, help_text=_("Hidden since; purged after its last reply ended.")
    )

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ["-updated", "-id"]
        indexes = [
            # The list of one user's conversations, pinned ones first, then the newest.
            models.Index(
                fields=["owner", "archived", "-pinned", "-updated", "-id"], name="conversation_list"
            ),
            # The few that are not kept: looked at each second.
            models.Index(
                fields=["updated"], name="conversation_temporary", condition=models.Q(temporary=True)
            ),
            # The few that wait to be purged.
            models.Index(
                fields=["deleted"], name="conversation_purge", condition=models.Q(deleted__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(title_source__in=TitleSource.values),
                name="conversation_title_source_known",
            ),
            models.UniqueConstraint(
                fields=["owner", "imported_from"],
                condition=~models.Q(imported_from=""),
                name="conversation_imported_once",
            ),
        ]

    def __str__(self) -> str:
        # No words of a user: Django shows this where it lists what depends on a row, or in its own log.
        return str(self.id)
