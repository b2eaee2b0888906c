"""All that is kept of a user besides the conversations, as plain values for the copy they take with them."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q

from chat.access.descriptions import timestamp
from chat.access.preferences import preferences_of
from chat.access.proofs import describe_proofs
from chat.access.rows import attachments_of, conversations_of
from chat.models import ApiKey, SignIn
from chat.scopes import scopes_text


def describe_account(user_id: int) -> dict[str, Any]:
    """Never a password, a key or a session: whoever finds the copy must not get in by it."""
    user = User.objects.get(pk=user_id)
    return {
        "username": user.username,
        "name": user.first_name,
        "email": user.email,
        "joined": timestamp(user.date_joined),
        "last_sign_in": timestamp(user.last_login),
        "preferences": asdict(preferences_of(user_id)),
        "api_keys": [
            {
                "name": key.name,
                "prefix": key.prefix,
                "created": timestamp(key.created),
                "scopes": scopes_text(key.scopes).split(),
                "expires": timestamp(key.expires),
                "last_used": timestamp(key.last_used),
                "last_address": key.last_address,
                "revoked": timestamp(key.revoked),
            }
            for key in ApiKey.objects.filter(user_id=user_id)
        ],
        "signed_in": [
            {
                "browser": row.user_agent,
                "address": row.address,
                "since": timestamp(row.created),
                "last_seen": timestamp(row.last_seen),
            }
            for row in SignIn.objects.filter(user_id=user_id)
        ],
        **describe_proofs(user_id),
    }


def conversation_ids(user_id: int, only: Q | None = None) -> list[UUID]:
    """Of all that the user may see, archived ones too, oldest first; or of some of them."""
    rows = conversations_of(user_id).filter(only or Q())
    return list(rows.order_by("created", "id").values_list("id", flat=True))


def files_of(user_id: int, only: Q | None = None) -> Iterator[dict[str, Any]]:
    """Of each file that the user gave: its id, where its bytes lie, its name, and its message.

    Where only some conversations are wanted, those of their messages.
    """
    rows = attachments_of(user_id).order_by("id")
    if only is not None:
        rows = rows.filter(message__conversation__in=conversations_of(user_id).filter(only))
    for row in rows.values("id", "file", "name", "content_type", "size", "message_id").iterator():
        yield dict(row)
