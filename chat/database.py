"""The one way from the event loop to the database: a hop into a small pool of threads.

The threads keep their connections, so their number never grows with open streams or sockets. Never
call it for anything that waits on something else than the database.
"""

import asyncio
import contextvars
import logging
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache, partial
from threading import Barrier, local
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.utils import translation

from chat.errors import Unavailable
from chat.group_commit import commit_together

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

WRITERS = 4
"""Threads, and so connections, of a process on PostgreSQL. SQLite has one writer at a time: one."""
READERS = 2
LOOKERS = 1
"""For `looking`: whether the database answers must not depend on how long others keep it busy."""
CLOSE_SECONDS = 10
HURRY_SECONDS = 5.0
"""SQLite: when another program held it for as long as a writer waits, the next ones wait no more than"""
HURRIED_MS = 100
"""until it has let go: they are all one thread's, and each would wait for all that wait before it."""

IDLE_MS = 3000
"""PostgreSQL: a transaction that does nothing for so long is its process's that stands still (SIGSTOP, a
machine that sleeps). It is undone, or its locks would hold up all other processes until that one wakes."""
_IDLED = "25P03"
"""The SQLSTATE that it meets when it wakes; for Django that is no operational error."""

GROUP = 20
"""Transactions that are committed together at most: the first one waits for the last one."""

_pools: dict[str, ThreadPoolExecutor] = {}
_waiting: "deque[_Flight]" = deque()
"""For the next group commit."""
_hops: Counter[str] = Counter()
"""Awaited now, by kind. Only the event loop counts, so that no lock is needed."""
_generation = 0
"""Raised when a connection broke: those that are older are not to be trusted."""
_thread = local()


async def in_database(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a sync function that uses the ORM. Cancelling the caller does not undo what it does.

    Raises `Unavailable` where the database is away, busy for too long, or full.
    """
    return await _hop("write", partial(function, *args, **kwargs))


async def reading(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The same for what only reads and may take a while: a list, a search, a whole conversation."""
    return await _hop("read", partial(function, *args, **kwargs))


async def looking(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The same in a thread of its own, for a look whether the database is there. One at a time."""
    return await _hop("look", partial(function, *args, **kwargs))


async def in_group_commit(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The same for a transaction that was made with `chat.group_commit.atomic`, and does nothing beside it:
    on SQLite those that wait are committed together.
    """
    return await _hop("write", partial(function, *args, **kwargs), _waiting if _one_writes() else None)


async def _hop(kind: str, function: Callable[[], R], group: "deque[_Flight] | None" = None) -> R:
    pool = _pools.get(kind)
    if pool is None:
        name = f"database-{kind}"
        pool = _pools[kind] = ThreadPoolExecutor(_threads(kind), name, initializer=_begin_thread)
    flight = _Flight(function)
    _hops[kind] += 1
    if group is None:
        pool.submit(flight.fly)
    else:
        group.append(flight)
        pool.submit(_fly_together, group)
    try:
        landed: R = await flight.landed
        return landed
    except asyncio.CancelledError:
        flight.wanted = False  # what has not begun need not
        raise
    finally:
        _hops[kind] -= 1


class _Flight:
    """What a hop does in its thread, and who waits for it in the event loop."""

    __slots__ = ("_context", "_language", "_loop", "function", "landed", "wanted")

    def __init__(self, function: Callable[[], Any]) -> None:
        self._context, self._language = contextvars.copy_context(), translation.get_language()
        self._loop = asyncio.get_running_loop()
        self.function = function
        self.landed: asyncio.Future[Any] = self._loop.create_future()
        self.wanted = True

    def fly(self) -> None:
        """By itself."""
        if not self.wanted:
            return
        try:
            result = _clean(self.run)
        except BaseException as error:  # noqa: BLE001 (the caller's)
            self._tell(self.landed.set_exception, error)
        else:
            self.land(result)

    def run(self) -> Any:
        return self._context.run(self._spoken)

    def _spoken(self) -> Any:
        _speak(self._language)
        return self.function()

    def land(self, result: Any) -> None:
        self._tell(self.landed.set_result, result)

    def _tell(self, told: Callable[[Any], None], outcome: object) -> None:
        """From the thread. asyncio's own way between the two kinds of futures takes twice as long as this."""

        def land() -> None:
            if not self.landed.done():
                told(outcome)

        with suppress(RuntimeError):  # the loop is closed: nobody waits
            self._loop.call_soon_threadsafe(land)


def _fly_together(waiting: "deque[_Flight]") -> None:
    """Those that wait now, the ones first that came first; each by itself where they cannot be one."""
    group: list[_Flight] = []
    while waiting and len(group) < GROUP:
        flight = waiting.popleft()
        if flight.wanted:
            group.append(flight)
    if len(group) > 1:
        try:
            results = _clean(partial(commit_together, [flight.run for flight in group]))
        except BaseException:
            logger.debug("a group commit of %s was undone", len(group), exc_info=True)
        else:
            for flight, result in zip(group, results, strict=True):
                flight.land(result)
            return
    for flight in group:
        flight.fly()


def _begin_thread() -> None:
    _thread.ours = True


@receiver(connection_created)
def _bound_idleness(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Of our threads alone: a command may have a transaction in which it waits for something else."""
    if connection.vendor == "postgresql" and getattr(_thread, "ours", False):
        connection.connection.execute(f"SET idle_in_transaction_session_timeout = {IDLE_MS}")


def hops() -> dict[str, tuple[int, int]]:
    """Of `write` and `read`: how many are awaited, and how many can be under way at a time."""
    return {kind: (_hops[kind], _threads(kind)) for kind in ("write", "read")}


def _speak(language: str | None) -> None:
    """In the language of who asked, which their thread keeps. It does not outlive the hop and its context."""
    if language is None:
        translation.deactivate_all()
    elif language != settings.LANGUAGE_CODE:  # which a thread speaks that was told nothing
        translation.activate(language)


def _clean(function: Callable[[], R]) -> R:
    """Run it, and let go of a connection that broke, so that the next hop makes a new one.

    A database that restarts breaks the connections of all threads, and each would find out by a
    call of its own that fails: the first one to find out has the others make new ones, too.
    """
    global _generation
    if getattr(_thread, "generation", _generation) != _generation:
        connections.close_all()
    _thread.generation = _generation
    try:
        _hurry()
        return function()
    except Error as error:
        broke = any(each.connection is not None for each in connections.all(initialized_only=True))
        _let_go_of_cursors(error)
        connections.close_all()
        idled = getattr(error.__cause__, "sqlstate", None) == _IDLED
        if idled or isinstance(error, (OperationalError, InterfaceError)):
            if "database is locked" in str(error):
                _thread.hurries_until = time.monotonic() + HURRY_SECONDS
            elif broke:  # else none could be made: those that others have may be good
                _generation += 1
            raise Unavailable(
                "The database does not answer now. Nothing was lost; try again in a moment.",
                code="database_unavailable",
                retry_after=2,
            ) from error
        raise


def _let_go_of_cursors(error: BaseException | None) -> None:
    """What the error's frames hold keeps an SQLite connection and its files open long after it was closed."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__


def _hurry() -> None:
    """Wait for a lock as long as is sensible now; on SQLite alone, where one was ever waited for in vain."""
    until = getattr(_thread, "hurries_until", None)
    if until is None:
        return
    if time.monotonic() < until:
        with connections["default"].cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {HURRIED_MS}")
    else:
        _thread.hurries_until = None
        connections.close_all()  # a new one is patient again


def _threads(kind: str) -> int:
    if kind != "write":
        return READERS if kind == "read" else LOOKERS
    return 1 if _one_writes() else WRITERS


@cache
def _one_writes() -> bool:
    """Asked once: in the event loop each task would make a connection to be asked."""
    return connections[DEFAULT_DB_ALIAS].vendor == "sqlite"


def close_pools() -> None:
    """End the threads and their connections. For tests, and for the end of a process."""
    for kind in list(_pools):
        pool = _pools.pop(kind)
        together = Barrier(_threads(kind))
        for _ in range(together.parties):
            pool.submit(_close, together)
        pool.shutdown(wait=True)


def _close(together: Barrier) -> None:
    """Close this thread's connections. They wait for each other: else one thread might do it for two."""
    connections.close_all()
    together.wait(CLOSE_SECONDS)
