"""Calls that begin a reply and the rate: only what begins counts, and a retry joins when nothing is left."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from chat.database import in_database
from chat.errors import TooMany
from chat.limits import requests
from chat.limits.quotas import Somebody
from chat.models import IdempotencyKey


class Begun(Protocol):
    @property
    def joined(self) -> bool:
        """Whether an earlier call had begun it."""


B = TypeVar("B", bound=Begun)


async def admitted(who: Somebody, begin: Callable[[], Awaitable[B]], key: str | None) -> B:
    """Begin or join. `key`: the `Idempotency-Key` of the call. Raises `TooMany`."""
    counted = True
    try:
        await requests.take(who)
    except TooMany:
        if key is None or not await in_database(has_used, who.user_id, key):
            raise
        counted = False
    begun = await begin()
    if counted and begun.joined:
        await requests.give_back(who)
    return begun


def has_used(user_id: int, idempotency_key: str) -> bool:
    """Whether this user has used the key before; what the call then means, the service decides. Sync."""
    return IdempotencyKey.objects.filter(user_id=user_id, key=idempotency_key).exists()
