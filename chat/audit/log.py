"""Adds an entry to the audit log. The only writer of that table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from chat.audit.entry_hash import FIRST, entry_hash
from chat.models import AuditEntry

LOCK: Final = 0x61756469
"""Of PostgreSQL's advisory locks the one under which entries are numbered. SQLite has one writer."""

Detail = int | bool | str | None
DETAIL_CHARACTERS: Final = 64
"""Ids, hashes, names of choices. A longer text would be somebody's words."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, and by which way (`chat.models.audit.Via`). Without a user: the server itself."""

    user: int | None
    via: str


SERVER: Final = Actor(None, "server")


@transaction.atomic
def record(
    actor: Actor,
    action: str,
    kind: str = "",
    object_id: UUID | int | str = "",
    details: Mapping[str, Detail | list[int] | list[str]] | None = None,
) -> AuditEntry:
    """Add an entry, in the caller's transaction where there is one: what is not logged does not happen.

    Entries wait for each other until the transaction ends, so it comes last in it, after all other locks.
    Raises `ValueError` for a detail that could be somebody's words.
    """
    known = dict(details or {})
    for name, value in known.items():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and len(text) > DETAIL_CHARACTERS:
                raise ValueError(f"{name} is too long for an audit entry: it holds ids and hashes, no text.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = AuditEntry.objects.order_by("-id").values_list("id", "hash").first()
    number, previous = (last[0] + 1, last[1]) if last else (1, FIRST)
    # What comes back from the database is what was hashed: microseconds, and JSON's own kinds.
    at = timezone.now()
    values: dict[str, Any] = {
        "at": at,
        "actor": actor.user,
        "via": actor.via,
        "action": action,
        "kind": kind,
        "details": known,
        "previous": previous,
    }
    digest = entry_hash(number, object_id=str(object_id), **values)
    return AuditEntry.objects.create(id=number, object=str(object_id), hash=digest, **values)
