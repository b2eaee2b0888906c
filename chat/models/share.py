"""A link by which anybody may read a branch of a conversation as it was when it was shared."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.ids import new_id
from chat.models.conversation import Conversation


class Share(models.Model):
    """The secret of the link is shown to its owner alone, and kept as a hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="shares")
    hash = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the secret, in hexadecimal."))
    title = models.CharField(max_length=200, blank=True)
    author = models.CharField(
        max_length=150, blank=True, help_text=_("The name that readers see; empty: none.")
    )
    messages = models.JSONField(help_text=_("The branch as it was, as clients see messages."))
    length = models.PositiveIntegerField(default=0, help_text=_("Messages in it."))
    created = models.DateTimeField(default=timezone.now, editable=False)
    expires = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        # No words of a user: Django shows this where it lists what depends on a row, or in its own log.
        return str(self.id)
