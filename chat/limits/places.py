"""What lasts and is counted while it does: open sockets, and replies that run; of user, key and address.

In memory, and of all processes where they count together.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol
from uuid import uuid4

from django.conf import settings

from chat.errors import TooMany
from chat.limits.addresses import neighbourhood
from chat.limits.quotas import Somebody, quota_of
from chat.limits.requests import Limited

_PROCESS: Final = uuid4().hex
_numbers: Final = itertools.count()
RENEW_SECONDS: Final = 20.0
"""How often others are told that what is open here still is."""


class Shared(Protocol):
    """Places that several processes count together. `chat.limits.shared`"""

    async def enter(self, limited: Sequence[Limited], place: str) -> Sequence[bool] | None:
        """Which of them are full, and then it is counted in none. None: away."""

    async def renew(self, places: Iterable[tuple[str, str]]) -> None:
        """These are still taken: names of what they are counted in, and of the places."""

    async def leave(self, names: Sequence[str], place: str) -> None: ...


class Place:
    """Of one socket or reply, until it is left; leaving it twice is as good as once."""

    def __init__(self, limit: "PlaceLimit", limited: Sequence[Limited]) -> None:
        self.limited = limited
        self.name = f"{_PROCESS}-{next(_numbers)}"
        self._limit: PlaceLimit | None = limit

    def leave(self) -> None:
        limit, self._limit = self._limit, None
        if limit is not None:
            limit.left(self)


class PlaceLimit:
    """`enter` once for each that begins; a limit of 0 is none."""

    def __init__(
        self, limited: Callable[[Somebody], Sequence[Limited]], refusal: Callable[[Limited], TooMany]
    ) -> None:
        self._limited = limited
        self._refusal = refusal
        self._shared: Shared | None = None
        self._open: set[Place] = set()
        self._counted: Counter[str] = Counter()
        self._leaving: set[asyncio.Task[None]] = set()

    def share(self, shared: Shared | None) -> None:
        """Count together with other processes from now on; None: alone."""
        self._shared = shared

    async def enter(self, who: Somebody) -> Place:
        """Take a place. Raises `TooMany`, and then there is nothing to leave."""
        place = Place(self, self._limited(who))
        # Here first, and without an await: of those that come at once each sees the others.
        for each in place.limited:
            if each.limit and self._counted[each.name] >= each.limit:
                raise self._refusal(each)
        self._counted.update(each.name for each in place.limited)
        self._open.add(place)
        shared = [each for each in place.limited if each.limit]
        if shared and self._shared is not None:
            try:
                full = await self._shared.enter(shared, place.name)
            except BaseException:
                place.leave()
                raise
            for each, is_full in zip(shared, full or (), strict=False):
                if is_full:
                    self._forget(place)
                    raise self._refusal(each)
        return place

    def left(self, place: Place) -> None:
        """Called by the place itself, once. Others are told beside it; else its lease tells them."""
        self._forget(place)
        if self._shared is not None and place.limited:
            names = [each.name for each in place.limited]
            task = asyncio.get_running_loop().create_task(self._shared.leave(names, place.name))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def keep_forever(self) -> None:
        """Renew what is open here, for the processes that count together."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            await self.renew()

    async def renew(self) -> None:
        """Tell once."""
        if self._shared is not None:
            await self._shared.renew(
                [(each.name, place.name) for place in self._open for each in place.limited]
            )

    async def settled(self) -> None:
        """Wait until others know of what was left here."""
        if self._leaving:
            await asyncio.wait(self._leaving)

    def _forget(self, place: Place) -> None:
        self._open.discard(place)
        for each in place.limited:
            self._counted[each.name] -= 1
            if self._counted[each.name] <= 0:
                del self._counted[each.name]


def socket_limit() -> PlaceLimit:
    """Open WebSockets and live connections, of a user, a key and an address."""
    return PlaceLimit(_sockets_of, _too_many_sockets)


def stream_limit() -> PlaceLimit:
    """Replies that run and were begun from an address; a user's are counted in the database."""
    return PlaceLimit(_streams_of, _too_many_streams)


def _sockets_of(who: Somebody) -> Sequence[Limited]:
    limited = [Limited(f"sockets:user:{who.user_id}", quota_of(who.quota).sockets or 0, "You have")]
    if who.key_id is not None and (of_key := who.key_quota.sockets):
        limited.append(Limited(f"sockets:key:{who.key_id.hex}", of_key, "This API key has"))
    return [*limited, *_of_address("sockets", who, settings.CHAT_MAX_SOCKETS_PER_ADDRESS)]


def _streams_of(who: Somebody) -> Sequence[Limited]:
    return _of_address("streams", who, settings.CHAT_MAX_STREAMS_PER_ADDRESS)


def _of_address(what: str, who: Somebody, limit: int) -> Sequence[Limited]:
    if not limit or not who.address:
        return []
    return [Limited(f"{what}:address:{neighbourhood(who.address)}", limit, "Your address has")]


def _too_many_sockets(full: Limited) -> TooMany:
    return TooMany(
        f"{full.whose} {full.limit} live connections open, which is the limit. Close one first.",
        code="too_many_sockets",
        retry_after=1,
    )


def _too_many_streams(full: Limited) -> TooMany:
    return TooMany(
        f"{full.whose} {full.limit} replies running, which is the limit. Wait until one has ended.",
        code="too_many_streams",
        retry_after=1,
    )
