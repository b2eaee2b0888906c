"""What the full-text index holds, a row for each text or part of a long one, and what waits to be put in.

`chat.search` writes it.
"""

from django.conf import settings
from django.db import models

from chat.models.conversation import Conversation
from chat.models.message import Message


class WaitingText(models.Model):
    """A message, or the title of a conversation, or both, that are to be put into the index (again).

    No constraints: what is deleted meanwhile is put in nowhere, and nobody has to look for it here.
    """

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(
        Message, null=True, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    conversation = models.ForeignKey(
        Conversation,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    """Whose title it is."""

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.message_id or self.conversation_id}"


class SearchEntry(models.Model):
    """A title (where there is no message) or a message. Newer texts have higher ids: results go by them.

    Its words are kept where the database can look them up: on PostgreSQL in a column `words` of this
    table, on SQLite in the table `chat_search_words`. Models know neither: see `chat.search.tables`.
    """

    id = models.BigAutoField(primary_key=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="search_entries")
    message = models.ForeignKey(
        Message,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="search_entries",
        db_index=False,
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["message"], name="search_entry_of_message", condition=models.Q(message__isnull=False)
            ),
            # Newest first, where so many texts match that they need not be looked up.
            models.Index(fields=["owner", "id"], name="search_entry_newest"),
            models.Index(
                fields=["owner", "id"], name="search_entry_titles", condition=models.Q(message__isnull=True)
            ),
            # The same for reviewers, over all users: titles may be older than all messages.
            models.Index(
                fields=["id"], name="search_entry_all_titles", condition=models.Q(message__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id or self.conversation_id}"
