"""Notes that something of a conversation changed. Called in the transaction that changes it."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from chat.models import ConversationDigest, Message, StaleDigest
from chat.statements import Insert

_insert = Insert(StaleDigest)


def note_change(*conversations: UUID) -> None:
    """Its digest is made anew in a few seconds."""
    for each in conversations:
        _insert(StaleDigest(conversation_id=each))


def note_change_of(message: UUID) -> None:
    """The same for the conversation of a message, where that is not at hand: one statement."""
    key = Message._meta.pk.get_db_prep_value(message, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chat_staledigest (conversation_id)"
            " SELECT conversation_id FROM chat_message WHERE id = %s",
            [key],
        )


def note_hiding(conversation: UUID, deleted: datetime | None) -> None:
    """It was hidden, or came back: that is true in reviewers' lists at once, the rest in a few seconds."""
    ConversationDigest.objects.filter(pk=conversation).update(deleted=deleted)
    note_change(conversation)
