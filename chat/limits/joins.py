"""Calls that begin a reply and the rate: only what begins counts, and a retry joins when nothing is left."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from chat.database import in_database
from chat.errors import TooMany
from chat.limits import requests, streams
from chat.limits.places import Place
from chat.limits.quotas import Somebody
from chat.models import IdempotencyKey


class Running(Protocol):
    def once_done(self, call: Callable[[], object]) -> None:
        """Call this when the reply has ended and is saved."""


class Begun(Protocol):
    @property
    def joined(self) -> bool:
        """Whether an earlier call had begun it."""

    @property
    def live(self) -> Running | None:
        """The reply, where this process runs it: always, where nobody had begun it."""


B = TypeVar("B", bound=Begun)


async def admitted(who: Somebody, begin: Callable[[], Awaitable[B]], key: str | None) -> B:
    """Begin or join. `key`: the `Idempotency-Key` of the call. Raises `TooMany`."""
    counted, place = True, None
    try:
        place = await streams.enter(who)
        await requests.take(who)
    except TooMany:
        counted = False
        if key is None or not await in_database(has_used, who.user_id, key):
            _leave(place)
            raise
    except BaseException:
        _leave(place)
        raise
    try:
        begun = await begin()
    except BaseException:
        _leave(place)
        raise
    if not begun.joined and begun.live is not None and place is not None:
        begun.live.once_done(place.leave)
    else:
        _leave(place)
    if counted and begun.joined:
        await requests.give_back(who)
    return begun


def _leave(place: Place | None) -> None:
    if place is not None:
        place.leave()


def has_used(user_id: int, idempotency_key: str) -> bool:
    """Whether this user has used the key before; what the call then means, the service decides. Sync."""
    return IdempotencyKey.objects.filter(user_id=user_id, key=idempotency_key).exists()
