"""A file that a user gave along with a question. Its bytes lie in the site's folder (`chat.files`)."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.ids import new_id
from chat.models.message import Message


class Attachment(models.Model):
    """Uploaded first, and bound to the message that asks with it; what is never bound goes after a day."""

    class Kind(models.TextChoices):
        IMAGE = "image", _("Image")
        TEXT = "text", _("Text")
        PDF = "pdf", _("PDF")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="attachments",
        verbose_name=_("owner"),
    )
    message = models.ForeignKey(
        Message,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="attachments",
        verbose_name=_("message"),
    )
    position = models.PositiveSmallIntegerField(
        default=0, help_text=_("Its place among those of its message.")
    )
    file = models.UUIDField(
        default=new_id,
        editable=False,
        help_text=_("Under which id its bytes lie: an edited question shares them with its old version."),
    )
    name = models.CharField(_("name"), max_length=255)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    content_type = models.CharField(
        _("content type"), max_length=100, help_text=_("By its content, not by its name.")
    )
    size = models.PositiveIntegerField(_("size"), help_text=_("Bytes."))
    sha256 = models.CharField(max_length=64)
    text = models.TextField(
        _("text"), blank=True, help_text=_("What the model is given of a text or PDF file.")
    )
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["position", "id"]
        indexes = [
            # Which of the files are somebody's.
            models.Index(fields=["file"], name="attachment_file"),
            models.Index(
                fields=["created"], name="attachment_unbound", condition=models.Q(message__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        # No words of a user: Django shows this where it lists what depends on a row, or in its own log.
        return str(self.id)
