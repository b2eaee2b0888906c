"""API keys: made, known again by their hash, and revoked. The key itself is never stored or logged."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import CharField, Q, QuerySet, UUIDField
from django.utils import timezone

from chat.audit import Actor, record
from chat.models import ApiKey
from chat.models.credentials import PREFIX_LENGTH
from chat.quota import NOTHING_SAID, QUOTA_FIELDS, Quota
from chat.scopes import DEFAULT_SCOPES, Scope, scopes_in, scopes_text
from chat.statements import Among, Param, Select

KEY_START = "chat-"
"""Tells people, and tools that search for leaked secrets, what the text is."""
LAST_USED_STEP = timedelta(minutes=1)
"""`last_used` is written this often at most, so that a busy key is not a write per request."""


_COLUMNS: Final = ("pk", "user_id", "user__is_staff", "scopes_stored", "expires", "last_used", *QUOTA_FIELDS)


@dataclass(frozen=True, slots=True)
class GoodKey:
    """What a call needs to know of a key that was not revoked and whose user is active; it may have expired.

    A few columns: with the whole rows of the key and of its user authenticating took 42 µs, and now 24.
    """

    id: UUID
    user_id: int
    is_staff: bool
    scopes: frozenset[Scope]
    expires: datetime | None
    last_used: datetime | None
    quota: Quota

    @property
    def has_expired(self) -> bool:
        return self.expires is not None and self.expires <= timezone.now()


def _good() -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(revoked=None, user__is_active=True).order_by()


_by_hash = Select(lambda: _good().filter(hash=Param("hash", CharField())).values_list(*_COLUMNS))
_by_id = Select(lambda: _good().filter(Among("id", Param("ids", UUIDField()))).values_list(*_COLUMNS))


def _read(row: Sequence[Any]) -> GoodKey:
    key, user, is_staff, scopes, expires, last_used, *limits = row
    quota = Quota(*limits) if any(limit is not None for limit in limits) else NOTHING_SAID
    return GoodKey(key, user, bool(is_staff), scopes_in(scopes), expires, last_used, quota)


def hash_of(key: str) -> str:
    """What is stored of a key. A plain hash is enough: 256 random bits cannot be guessed, however fast."""
    return hashlib.sha256(key.encode()).hexdigest()


def create_key(
    user: User,
    name: str = "",
    *,
    scopes: Collection[Scope] = DEFAULT_SCOPES,
    expires: datetime | None = None,
    quota: Quota = NOTHING_SAID,
) -> tuple[ApiKey, str]:
    """Make a key for this user; the text is returned this once."""
    key = KEY_START + secrets.token_urlsafe(32)
    row = ApiKey.objects.create(
        user=user,
        name=name,
        prefix=key[:PREFIX_LENGTH],
        hash=hash_of(key),
        scopes_stored=scopes_text(scopes),
        expires=expires,
        **{name: getattr(quota, name) for name in QUOTA_FIELDS},
    )
    return row, key


@transaction.atomic
def make_key(
    actor: Actor,
    user: User,
    name: str = "",
    *,
    scopes: Collection[Scope] = DEFAULT_SCOPES,
    expires: datetime | None = None,
    quota: Quota = NOTHING_SAID,
) -> tuple[ApiKey, str]:
    """The same by somebody, with an entry in the audit log."""
    row, key = create_key(user, name, scopes=scopes, expires=expires, quota=quota)
    details: dict[str, Any] = {"user": user.pk, "scopes": scopes_text(scopes)}
    if expires is not None:
        details["expires"] = expires.isoformat(timespec="minutes")
    record(actor, "key_make", "key", row.pk, details)
    return row, key


def find_key(key: str) -> GoodKey | None:
    """Searched by hash, so that timing tells nothing about the text."""
    found = _by_hash.row(hash=hash_of(key))
    return None if found is None else _read(found)


def unexpired_keys(ids: Collection[UUID]) -> dict[UUID, GoodKey]:
    """Those of them that are good now, by their ids."""
    found = map(_read, _by_id.rows(ids=ids)) if ids else ()
    return {key.id: key for key in found if not key.has_expired}


def keys_of(user: User) -> list[ApiKey]:
    """Those of this user that were not revoked, newest first; also expired ones, so that nobody wonders."""
    return list(ApiKey.objects.filter(user=user, revoked=None))


@transaction.atomic
def revoke_keys(actor: Actor, keys: QuerySet[ApiKey]) -> int:
    """Revoke those of them that are not yet, each with an entry in the audit log; how many were."""
    living = list(keys.filter(revoked=None).order_by("pk").values_list("pk", "user_id"))
    ApiKey.objects.filter(pk__in=[key for key, _ in living], revoked=None).update(revoked=timezone.now())
    for key, owner in living:
        record(actor, "key_revoke", "key", key, {"user": owner})
    return len(living)


def note_use(key: GoodKey, address: str | None = None) -> None:
    """Remember that the key is in use, and from where."""
    now = timezone.now()
    step_ago = now - LAST_USED_STEP
    if key.last_used is None or key.last_used <= step_ago:
        unnoted = Q(last_used=None) | Q(last_used__lte=step_ago)
        ApiKey.objects.filter(unnoted, pk=key.id).update(last_used=now, last_address=address)
