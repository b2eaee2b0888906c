"""Whether a call that is over the limit may be a retry of one that was within it."""

from chat.models import IdempotencyKey


def has_used(user_id: int, idempotency_key: str) -> bool:
    """Whether this user has used the key before; what the call then means, the service decides. Sync."""
    return IdempotencyKey.objects.filter(user_id=user_id, key=idempotency_key).exists()
