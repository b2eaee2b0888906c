"""Shared links: those of one user, and what a link shows to whoever has it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from chat.access.rows import as_uuid, no_such
from chat.models import Share


@dataclass(frozen=True, slots=True)
class SharedLink:
    """A link as its owner's lists show it. The link itself is known to nobody any more."""

    id: str
    conversation: str
    title: str
    author: str
    messages: int
    created: datetime
    expires: datetime | None
    revoked: datetime | None

    @property
    def state(self) -> str:
        """`open`, `revoked` or `expired`."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= timezone.now() else "open"


def shares_of(user_id: int) -> QuerySet[Share]:
    return Share.objects.filter(conversation__owner_id=user_id, conversation__deleted__isnull=True)


def list_shares(user_id: int, conversation_id: Any = None) -> list[SharedLink]:
    """A user's links, newest first; those of one conversation, where it is given. One query."""
    rows = shares_of(user_id)
    if conversation_id is not None:
        rows = rows.filter(conversation_id=as_uuid(conversation_id, "conversation"))
    return [
        SharedLink(
            id=str(row.id),
            conversation=str(row.conversation_id),
            title=row.title,
            author=row.author,
            messages=row.length,
            created=row.created,
            expires=row.expires,
            revoked=row.revoked,
        )
        for row in rows.defer("messages").order_by("-created")
    ]


def hash_of(secret: str) -> str:
    """What is stored of a link's secret. A plain hash is enough: 192 random bits cannot be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def read_shared(secret: str) -> Share:
    """What the link shows. Unknown, revoked, expired, deleted, its owner gone: all the same `NotFound`."""
    now = timezone.now()
    found = (
        Share.objects.filter(
            Q(expires__isnull=True) | Q(expires__gt=now),
            hash=hash_of(secret),
            revoked__isnull=True,
            conversation__deleted__isnull=True,
            conversation__owner__is_active=True,
        )
        .only("title", "author", "messages", "created", "expires")
        .first()
    )
    if found is None:
        raise no_such("shared conversation")
    return found
