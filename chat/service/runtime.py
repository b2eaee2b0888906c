"""What one server process holds: its live replies, its upstream, its followers, and the tasks beside them.

Made once per process and event loop; the verbs reach it by `runtime()`.
"""

import asyncio
import logging
import os
import socket as sockets
import time
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from chat import limits
from chat.access.transcripts import owner_of
from chat.actions import liveness
from chat.database import close_pools, in_database
from chat.engine.registry import Registry
from chat.errors import Unavailable
from chat.events import Changed
from chat.ids import new_id
from chat.limits.shared import SharedCounts
from chat.relay import NoRelay, RedisRelay, Relay
from chat.service.bounded import bounded, cancelled
from chat.service.closing import Reason
from chat.service.digests import refresh_forever
from chat.service.flag_watch import watch_flags
from chat.service.following import Following
from chat.service.local_replies import LocalReplies
from chat.service.news import News, as_message
from chat.service.reaper import Reaper
from chat.service.retention import keep_retention
from chat.service.revocation import Open, end_revoked, watch_callers
from chat.service.search_index import put_in_forever
from chat.service.store import DatabaseStore
from chat.upstream import Upstream

logger = logging.getLogger(__name__)
T = TypeVar("T")

ROW_SECONDS = 0.3
"""Without a relay: how often the row of a reply that another process runs is read."""
BEGINNING_SECONDS = 5.0
"""How long a drain waits for calls that are about to begin a reply."""
LAST_WORDS_SECONDS = 2.0
"""How long a drain waits for followers to write their last events."""


class Stream(Open, Protocol):
    """What writes to a client until its reply ends, or the process does."""

    def close(self, reason: Reason) -> None:
        """End it without `end`, after what the client can still have."""


class Listener(Open, Protocol):
    """What a user has open and is told news, also while it follows nothing."""

    def tell(self, news: News) -> None:
        """A conversation of its user's was given a title, or changed. Never waits."""


class Runtime:
    """`start` it before use, `drain` it before the process ends."""

    def __init__(self, upstream: Upstream) -> None:
        self.server = new_id()
        # Only a server counts: for a command the library would be a tenth of a second of waiting.
        from chat.metrics.replies import CountedReplies

        store = DatabaseStore(self.server, f"{sockets.gethostname()}:{os.getpid()}")
        self.registry = Registry(
            store,
            checkpoint_seconds=settings.CHAT_CHECKPOINT_SECONDS,
            max_chars=settings.CHAT_MAX_REPLY_CHARS,
            tally=CountedReplies(),
        )
        self.upstream = upstream
        self.relay: Relay = NoRelay(silence=ROW_SECONDS)
        if settings.REDIS_URL:
            self.relay = RedisRelay(settings.REDIS_URL, self.server, prefix=_site())
        self.counts = SharedCounts(settings.REDIS_URL, _site()) if settings.REDIS_URL else None
        self.streams: set[Stream] = set()
        self.followed: Counter[int] = Counter()
        """How many times each user follows a reply here, by whatever connection."""
        self.listeners: set[Listener] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._beginnings: set[asyncio.Task[Following]] = set()
        self._watching: list[asyncio.Task[None]] = []
        self.has_let_go = False
        """A drain has closed all that was open: what came later would hold up the end of the process."""

    async def start(self) -> None:
        """Register this process, and begin to save, to beat, to reap, and the other rounds."""
        await self.upstream.start()
        await self.relay.start(LocalReplies(self.registry, self._announce))
        try:
            await self.registry.beat()
        except Exception:
            logger.exception("the first beat was not written; the next one tries again")
        self.registry.start()
        for limit in (limits.requests, limits.sockets, limits.streams):
            limit.share(self.counts)
        reaper = Reaper(self.server, self.registry.epochs, ended=self.tell_ended)
        self._watching = [
            asyncio.create_task(reaper.watch_forever(), name="reaper"),
            asyncio.create_task(watch_callers(self._open), name="revocation"),
            asyncio.create_task(keep_retention(self.tell_changed), name="retention"),
            asyncio.create_task(put_in_forever(), name="search index"),
            asyncio.create_task(refresh_forever(), name="digests"),
            asyncio.create_task(watch_flags(), name="flags"),
            asyncio.create_task(limits.sockets.keep_forever(), name="sockets"),
            asyncio.create_task(limits.streams.keep_forever(), name="streams"),
        ]

    def _open(self) -> list[Open]:
        return [*(self.streams | self.listeners)]

    def follows(self, following: Following) -> None:
        """It is open from now on; where all others were let go, for no longer than what there is takes."""
        self.streams.add(following)
        self.followed[following.caller.user_id] += 1
        if self.has_let_go:
            following.close("draining")

    def leaves(self, following: Following) -> None:
        """It is open no more."""
        self.streams.discard(following)
        user = following.caller.user_id
        self.followed[user] -= 1
        if not self.followed[user]:
            del self.followed[user]

    async def end_revoked(self) -> None:
        """Look now at the credentials of all that is open."""
        await end_revoked(self._open())

    def own(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task that somebody holds on to, and that ends with the process."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("a task of the service broke", exc_info=error)

    async def finish_unseen(self, work: Coroutine[Any, Any, Following]) -> Following:
        """Do it to its end whatever becomes of the caller; a caller that went meanwhile has left.

        Asking stores rows: were it cancelled with its client between the rows and the start of
        the reply, a reply would be left that nobody runs.
        """
        task = asyncio.create_task(work)
        self._beginnings.add(task)
        task.add_done_callback(self._beginnings.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_leave)
            raise

    async def announce(self, user_id: int, news: News) -> None:
        """Tell all that this user has open, in whichever process it is."""
        await self.relay.announce(user_id, as_message(news))

    def tell_changed(self, user_id: int, conversation: UUID | str) -> None:
        """The same of a conversation that changed, for those who cannot wait for a relay that is away."""
        self.own(self.announce(user_id, Changed(str(conversation))))

    def _announce(self, user_id: int, news: News) -> None:
        for listener in tuple(self.listeners):
            if listener.caller.user_id == user_id:
                listener.tell(news)

    def note_resume(self) -> None:
        """A client came back to a reply."""
        from chat.metrics.replies import resumed

        resumed()

    async def tell_ended(self, epoch: UUID) -> None:
        """A reply whose process died was ended by the reaper."""
        from chat.metrics.replies import reaped

        reaped()
        owner = await in_database(owner_of, epoch)
        if owner is not None:
            self.tell_changed(*owner)

    def refuse_when_draining(self) -> None:
        if self.registry.draining:
            raise Unavailable(
                "The server is about to restart. Try again in a moment.", code="draining", retry_after=2
            )

    async def drain(self) -> int:
        """End what runs and save it; how many replies could not be saved."""
        self.registry.draining = True
        if self._beginnings:
            # What is being asked is stored, perhaps: it must be running before all is interrupted.
            await asyncio.wait(self._beginnings, timeout=BEGINNING_SECONDS)
        unsaved = await self.registry.drain(settings.CHAT_DRAIN_SECONDS)
        await self._let_followers_go()
        await cancelled([*self._watching, *self._tasks])
        await bounded(self.relay.close(), "closing the relay")
        if self.counts is not None:
            for limit in (limits.requests, limits.sockets, limits.streams):
                limit.share(None)
            await bounded(self.counts.close(), "closing the shared counts")
        await bounded(self.upstream.close(), "closing the upstream")
        await bounded(self._sign_off(), "signing off")
        await asyncio.to_thread(close_pools)
        return len(unsaved)

    async def _sign_off(self) -> None:
        """Once more where the connection that was kept had broken by then."""
        with suppress(Unavailable):
            return await in_database(liveness.leave, self.server)
        return await in_database(liveness.leave, self.server)

    async def _let_followers_go(self) -> None:
        """Each takes what it has not had yet, `end` included, and is then closed."""
        self.has_let_go = True
        for stream in tuple(self.streams):
            stream.close("draining")
        until = time.monotonic() + LAST_WORDS_SECONDS
        while self.streams and time.monotonic() < until:
            await asyncio.sleep(0.01)


def _site() -> str:
    """Who shares our secret key. Redis tells a message to all who listen, whatever their database number."""
    return f"chat:{salted_hmac('chat.relay', 'site', algorithm='sha256').hexdigest()[:16]}"


def _leave(task: "asyncio.Task[Following]") -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().leave()


_current: Runtime | None = None
_loop: asyncio.AbstractEventLoop | None = None
_starting: asyncio.Task[None] | None = None


async def runtime() -> Runtime:
    """This process's runtime, started on first use where no server started it."""
    if _current is None or _loop is not asyncio.get_running_loop():
        await start()
    elif _starting is not None:
        await asyncio.shield(_starting)
    assert _current is not None
    return _current


async def start(upstream: Upstream | None = None) -> None:
    """Begin the process's life: called by the server before it takes requests, once per event loop."""
    global _current, _loop, _starting
    loop = asyncio.get_running_loop()
    if _current is None or _loop is not loop or _current.registry.draining:
        _current, _loop = Runtime(upstream or Upstream()), loop
        _starting = loop.create_task(_current.start())
    if _starting is not None:
        await asyncio.shield(_starting)
        _starting = None


async def drain() -> int:
    """End the process's life: all replies end and are saved. The number of those that could not be."""
    if _current is None or _loop is not asyncio.get_running_loop():
        return 0
    # It stays the current one: who asks after this is told that the server restarts.
    return await _current.drain()


def current() -> Runtime | None:
    """This process's runtime; None where no server was started. Starts none."""
    return _current


def this_server() -> UUID | None:
    """The id of this process's row; None where no server was started: a command, a test."""
    return None if _current is None else _current.server


def draining() -> bool:
    return _current is not None and _current.registry.draining
