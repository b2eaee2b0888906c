"""How many calls a connection takes at a time, and who is next. asyncio only; nothing here blocks a loop.

Fair among users: whoever asks for twenty replies at once waits behind everybody's first.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Ticket:
    """One call's place: 1 is next, 0 has a slot."""

    __slots__ = ("_moved", "place", "title", "user")

    def __init__(self, user: str, *, title: bool) -> None:
        self.user = user
        self.title = title
        self.place = 0
        self._moved = asyncio.Event()

    async def moved(self, since: int) -> int:
        """Wait until the place is another than `since`."""
        while self.place == since:
            self._moved.clear()
            await self._moved.wait()
        return self.place

    def move(self, place: int) -> None:
        if place != self.place:
            self.place = place
            self._moved.set()


class Slots:
    """The slots of one connection; a limit of 0 is no limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._running = 0
        self._waiting: dict[str, deque[Ticket]] = {}
        """Each user's calls in their order; the users in the order of their turns."""
        self._titles: deque[Ticket] = deque()
        """Titles go last: they take a slot only when no reply waits for it."""

    @property
    def running(self) -> int:
        return self._running

    @contextmanager
    def ticket(self, user: str, *, title: bool = False) -> Iterator[Ticket]:
        """Queue up; wait with `moved` until the place is 0. Leaving gives up the place or the slot."""
        ticket = Ticket(user, title=title)
        queue = self._titles if title else self._waiting.setdefault(user, deque())
        queue.append(ticket)
        ticket.place = -1
        self._advance()
        try:
            yield ticket
        finally:
            if ticket.place == 0:
                self._running -= 1
            else:
                queue.remove(ticket)
                if not title and not queue:
                    del self._waiting[user]
            self._advance()

    def set_limit(self, limit: int) -> None:
        """Takes effect at once for those who wait; what runs goes on."""
        self._limit = limit
        self._advance()

    def _advance(self) -> None:
        """Give free slots away in turn, and tell the others their places."""
        while self._limit == 0 or self._running < self._limit:
            ticket = self._next()
            if ticket is None:
                return
            self._running += 1
            ticket.move(0)
        place = 0
        for place, ticket in enumerate(self._in_turn(), start=1):
            ticket.move(place)
        for after, ticket in enumerate(self._titles, start=place + 1):
            ticket.move(after)

    def _next(self) -> Ticket | None:
        for user, queue in self._waiting.items():
            ticket = queue.popleft()
            del self._waiting[user]
            if queue:
                self._waiting[user] = queue
            return ticket
        return self._titles.popleft() if self._titles else None

    def _in_turn(self) -> Iterator[Ticket]:
        """Those who wait, in the order of their slots: everybody's first, everybody's second, …"""
        queues = [list(queue) for queue in self._waiting.values()]
        for turn in range(max(map(len, queues), default=0)):
            for queue in queues:
                if turn < len(queue):
                    yield queue[turn]
