"""Open WebSockets and live connections per user, of all processes where they count together."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Final, Protocol
from uuid import uuid4

from chat.errors import TooMany
from chat.limits.quotas import Somebody, quota_of

RENEW_SECONDS: Final = 20.0
"""How often others are told that what is open here still is."""


class Shared(Protocol):
    """Sockets that several processes count together. `chat.limits.shared`"""

    async def enter(self, user_id: int, place: str, most: int) -> bool | None: ...
    async def renew(self, places: Iterable[tuple[int, str]]) -> None: ...
    async def leave(self, user_id: int, place: str) -> None: ...


class Place:
    """Of one socket, from when it opens until it is left; leaving it twice is as good as once."""

    def __init__(self, limit: "SocketLimit", user_id: int) -> None:
        self.user_id = user_id
        self.name = uuid4().hex
        self._limit: SocketLimit | None = limit

    def leave(self) -> None:
        limit, self._limit = self._limit, None
        if limit is not None:
            limit.left(self)


class SocketLimit:
    """`enter` once for each that opens; 0 lifts the limit."""

    def __init__(self) -> None:
        self._shared: Shared | None = None
        self._open: set[Place] = set()
        self._counted: Counter[int] = Counter()
        self._leaving: set[asyncio.Task[None]] = set()

    def share(self, shared: Shared | None) -> None:
        """Count together with other processes from now on; None: alone."""
        self._shared = shared

    async def enter(self, who: Somebody) -> Place:
        """Count a socket. Raises `TooMany`, and then there is nothing to leave."""
        limit = quota_of(who.quota).sockets
        place = Place(self, who.user_id)
        # Here first, and without an await: of those that come at once each sees the others.
        full = bool(limit) and self._counted[who.user_id] >= limit  # type: ignore[operator]
        if not full:
            self._counted[who.user_id] += 1
            self._open.add(place)
            if limit and self._shared is not None:
                try:
                    full = await self._shared.enter(who.user_id, place.name, limit) is False
                except BaseException:
                    place.leave()
                    raise
                if full:
                    self._forget(place)
        if full:
            raise TooMany(
                f"You have {limit} live connections open, which is the limit. Close one first.",
                code="too_many_sockets",
            )
        return place

    def left(self, place: Place) -> None:
        """Called by the place itself, once. Others are told beside it; else its lease tells them."""
        self._forget(place)
        if self._shared is not None:
            task = asyncio.get_running_loop().create_task(self._shared.leave(place.user_id, place.name))
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
            await self._shared.renew([(place.user_id, place.name) for place in self._open])

    async def settled(self) -> None:
        """Wait until others know of what was left here."""
        if self._leaving:
            await asyncio.wait(self._leaving)

    def _forget(self, place: Place) -> None:
        self._open.discard(place)
        self._counted[place.user_id] -= 1
        if self._counted[place.user_id] <= 0:
            del self._counted[place.user_id]
