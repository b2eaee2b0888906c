"""Notes that something of a conversation changed. Called in the transaction that changes it."""

from collections.abc import Iterable
from uuid import UUID

from chat.models import StaleDigest


def note_change(*conversations: UUID) -> None:
    """Its digest is made anew in a few seconds."""
    note_changes(conversations)


def note_changes(conversations: Iterable[UUID]) -> None:
    StaleDigest.objects.bulk_create(StaleDigest(conversation_id=each) for each in conversations)
