"""A call that a client may repeat: the first one claims its key, the others join its reply."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from chat.access.rows import no_such
from chat.errors import Conflict
from chat.models import IdempotencyKey

GOOD_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Claim:
    """The key that a client sent, and what it is good for. `body_hash` is SHA-256 in hexadecimal."""

    key: str
    endpoint: str
    body_hash: str


def joined_reply(user_id: int, claim: Claim | None) -> UUID | None:
    """The reply that the same call began before. Raises `Conflict` where the key was used otherwise."""
    if claim is None:
        return None
    row = IdempotencyKey.objects.filter(user_id=user_id, key=claim.key).first()
    if row is None:
        return None
    if row.created < timezone.now() - GOOD_FOR:
        row.delete()
        return None
    if (row.endpoint, row.body_hash) != (claim.endpoint, claim.body_hash):
        raise Conflict(
            "This Idempotency-Key was used for another call. Use a new key for a new question.",
            code="idempotency_key_reused",
            param="Idempotency-Key",
        )
    if row.reply_id is None:
        raise no_such("message")
    return row.reply_id


def claim_reply(user_id: int, claim: Claim | None, reply: UUID) -> None:
    """Bind the key to the reply, in the transaction that makes it. `IntegrityError`: a rival was first."""
    if claim is not None:
        IdempotencyKey.objects.create(
            user_id=user_id,
            key=claim.key,
            endpoint=claim.endpoint,
            body_hash=claim.body_hash,
            reply_id=reply,
        )


def forget_old_keys() -> int:
    """Delete the keys that are good for nothing any more; how many they were."""
    deleted, _ = IdempotencyKey.objects.filter(created__lt=timezone.now() - GOOD_FOR).delete()
    return deleted
