"""Make and take back the links by which anybody may read a branch as it was."""

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from chat.access.rows import as_uuid, locked_conversation_for, no_such
from chat.access.shares import hash_of, shares_of
from chat.errors import BadRequest, Conflict
from chat.models import Share

SECRET_BYTES = 24
"""192 bits: far beyond guessing, and a link that still fits a line."""
MOST = 100
"""Links of one conversation that are open or were: each holds a copy of the branch."""


@transaction.atomic
def make_share(
    user_id: int,
    conversation_id: Any,
    messages: list[dict[str, Any]],
    *,
    lifetime: timedelta | None,
    author: str = "",
) -> str:
    """Keep the snapshot; the link's secret, which is returned this once. `lifetime` None: until revoked."""
    conversation = locked_conversation_for(user_id, conversation_id)
    if conversation.temporary:
        raise Conflict("A temporary conversation cannot be shared.", code="conversation_temporary")
    if not messages:
        raise BadRequest("There is nothing in this conversation that could be shared.")
    if conversation.shares.count() >= MOST:
        raise Conflict(f"A conversation has at most {MOST} links.", code="too_many_links")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    now = timezone.now()
    Share.objects.create(
        conversation=conversation,
        hash=hash_of(secret),
        title=conversation.title,
        author=author,
        messages=messages,
        length=len(messages),
        created=now,
        expires=None if lifetime is None else now + lifetime,
    )
    return secret


def revoke_share(user_id: int, share_id: Any) -> None:
    """From now on the link shows nothing. Revoking twice is no error."""
    rows = shares_of(user_id).filter(id=as_uuid(share_id, "shared conversation"))
    if not rows.filter(revoked__isnull=True).update(revoked=timezone.now()) and not rows.exists():
        raise no_such("shared conversation")
