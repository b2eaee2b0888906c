"""Notes that something of a conversation changed. Called in the transaction that changes it."""

from datetime import datetime
from uuid import UUID

from chat.models import ConversationDigest, StaleDigest
from chat.statements import Insert

_insert = Insert(StaleDigest, tells_key=False)


def note_change(*conversations: UUID) -> None:
    """Its digest is made anew in a few seconds."""
    for each in conversations:
        _insert(conversation_id=each)


def note_hiding(conversation: UUID, deleted: datetime | None) -> None:
    """It was hidden, or came back: that is true in reviewers' lists at once, the rest in a few seconds."""
    ConversationDigest.objects.filter(pk=conversation).update(deleted=deleted)
    note_change(conversation)
