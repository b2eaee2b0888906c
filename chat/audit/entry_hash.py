"""The hash that ties an entry to the one before it. Pure: what is hashed is said here alone."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

FIRST: Final = "0" * 64
"""What comes before the first entry."""


def entry_hash(
    number: int,
    at: datetime,
    actor: int | None,
    via: str,
    action: str,
    kind: str,
    object_id: str,
    details: dict[str, Any],
    previous: str,
) -> str:
    """SHA-256, in hexadecimal, of the entry as a JSON array: keys sorted, no spaces, ASCII, UTC."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    values = [number, moment, actor, via, action, kind, object_id, details, previous]
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(text.encode()).hexdigest()
