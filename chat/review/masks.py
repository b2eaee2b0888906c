"""`CHAT_REVIEW_MASK`: what of users' texts a list may show before the conversation was opened."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.conf import settings

from chat.models import AuditEntry


def masked(conversations: Iterable[UUID], reviewer: int) -> Collection[UUID]:
    """Those that this reviewer never opened, where the setting is on: the audit log knows it. One query."""
    if not settings.CHAT_REVIEW_MASK:
        return frozenset()
    keys = set(conversations)
    opened = AuditEntry.objects.filter(
        kind="conversation", object__in=[str(key) for key in keys], actor=reviewer, action="read"
    )
    return keys - {UUID(key) for key in opened.values_list("object", flat=True)}
