"""API keys: made, known again by their hash, and revoked. The key itself is never stored or logged."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from chat.models import ApiKey

KEY_START = "chat-"
"""Tells people, and tools that search for leaked secrets, what the text is."""
PREFIX_LENGTH = 12
"""What lists show of a key: `chat-` and 7 of its 43 random characters; 36 stay unknown."""
LAST_USED_STEP = timedelta(minutes=1)
"""`last_used` is written this often at most, so that a busy key is not a write per request."""


def hash_of(key: str) -> str:
    """What is stored of a key. A plain hash is enough: 256 random bits cannot be guessed, however fast."""
    return hashlib.sha256(key.encode()).hexdigest()


def create_key(user: User, name: str = "") -> tuple[ApiKey, str]:
    """Make a key for this user; the text is returned this once."""
    key = KEY_START + secrets.token_urlsafe(32)
    row = ApiKey.objects.create(user=user, name=name, prefix=key[:PREFIX_LENGTH], hash=hash_of(key))
    return row, key


def find_key(key: str) -> ApiKey | None:
    """The living key of an active user. Searched by hash, so that timing tells nothing about the text."""
    return (
        ApiKey.objects.select_related("user")
        .filter(hash=hash_of(key), revoked=None, user__is_active=True)
        .first()
    )


def keys_of(user: User) -> list[ApiKey]:
    """The living keys of this user, newest first."""
    return list(ApiKey.objects.filter(user=user, revoked=None))


def revoke_key(prefix: str, *, user: User | None = None) -> int:
    """Revoke the keys that lists show with this prefix, of one user where given; how many were."""
    keys = ApiKey.objects.filter(prefix=prefix, revoked=None)
    if user is not None:
        keys = keys.filter(user=user)
    return keys.update(revoked=timezone.now())


def note_use(key: ApiKey) -> None:
    """Remember that the key is in use."""
    now = timezone.now()
    step_ago = now - LAST_USED_STEP
    if key.last_used is None or key.last_used <= step_ago:
        unnoted = Q(last_used=None) | Q(last_used__lte=step_ago)
        ApiKey.objects.filter(unnoted, pk=key.pk).update(last_used=now)
