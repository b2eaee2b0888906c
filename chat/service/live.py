"""One connection that carries all that a browser has open: news of conversations, and any number of replies.

Each reply is followed by a task that holds one batch at most, so that a client that reads slowly gets
longer slices and not a longer queue; news waits as one entry for each conversation, never as text.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from uuid import UUID

from chat.auth.caller import Caller
from chat.engine import position as event_ids
from chat.errors import BadRequest, ChatError, Unavailable
from chat.events import KEEP_ALIVE, Batch
from chat.service.closing import Reason
from chat.service.following import KEEP_ALIVE_SECONDS
from chat.service.news import News
from chat.service.replies import follow
from chat.service.runtime import Runtime, runtime
from chat.service.saved import saved_end

logger = logging.getLogger(__name__)

MAX_FOLLOWED = 100
"""Replies of one connection, as on a WebSocket. The positions of so many still fit into an address line."""
MAX_NEWS = 1000
"""Conversations whose news waits for a client that does not read. Beyond it the client is cut off: it looks
at everything when it comes back."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A reply that cannot be followed, as the client named it; the others go on."""

    reply: str
    error: ChatError


class Live:
    """Iterate it once for what is to be written; `leave` it when the client goes, begun or not."""

    def __init__(self, here: Runtime, caller: Caller) -> None:
        self.caller = caller
        self._here = here
        self._news: dict[tuple[str, str], News] = {}
        self._has_news = asyncio.Event()
        self._ready: asyncio.Queue[Batch | Refused | None] = asyncio.Queue(maxsize=1)
        """None: look whether it is over."""
        self._following: set[asyncio.Task[None]] = set()
        self._telling = here.own(self._tell())
        self._closed: Reason | None = None
        here.listeners.add(self)
        here.streams.add(self)

    def follow(self, name: str, *, render: bool) -> None:
        """Follow a reply from its beginning, or right after the position that an event id names."""
        task = self._here.own(self._follow(name, render))
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    def tell(self, news: News) -> None:
        if len(self._news) >= MAX_NEWS:
            self.close("unavailable")
        else:
            self._news[news.type, news.conversation] = news
            self._has_news.set()

    def revoke(self) -> None:
        self.close("revoked")

    def close(self, reason: Reason) -> None:
        """End it; draining, only after the last events of what is followed."""
        if self._closed is None or self._closed == "draining":
            self._closed = reason
            self._has_news.set()

    def leave(self) -> None:
        """The client went: nothing is followed and nothing told any more."""
        self._here.listeners.discard(self)
        self._here.streams.discard(self)
        for task in (self._telling, *self._following):
            task.cancel()

    async def __aiter__(self) -> AsyncIterator[Batch | Refused]:
        try:
            while not self._over:
                ready = await self._next()
                if ready is not None:
                    yield ready
        finally:
            self.leave()

    @property
    def _over(self) -> bool:
        if self._closed == "draining":
            return not self._following and self._ready.empty()
        return self._closed is not None

    async def _next(self) -> Batch | Refused | None:
        try:
            async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                return await self._ready.get()
        except TimeoutError:
            return KEEP_ALIVE

    async def _tell(self) -> None:
        while self._closed is None:
            await self._has_news.wait()
            self._has_news.clear()
            news, self._news = tuple(self._news.values()), {}
            if news:
                await self._ready.put(Batch(news))
        while self._closed == "draining" and self._following:
            await asyncio.wait(self._following)
        await self._ready.put(None)

    async def _follow(self, name: str, render: bool) -> None:
        try:
            await self._bring(name, render)
        except Unavailable:
            self.close("unavailable")
        except ChatError as error:
            await self._ready.put(Refused(name, error))
        except Exception:
            logger.exception("following %s broke", name)
            await self._ready.put(Refused(name, ChatError("The server failed. Follow the reply again.")))

    async def _bring(self, name: str, render: bool) -> None:
        reply, position = _read(name)
        following = await follow(self.caller, reply, last_event_id=position, render=render)
        try:
            if following.finished:
                await self._ready.put(Batch((await saved_end(self.caller, following.reply),)))
                return
            async for batch in following:
                if batch.events:  # keep-alives are written where nothing else is, whoever is silent
                    await self._ready.put(batch)
            if following.closed_reason == "unavailable":
                self.close("unavailable")
        finally:
            following.leave()


async def open_live(caller: Caller, names: Collection[str], *, render: bool = False) -> Live:
    """Begin to tell this user's news, and follow these replies, each named by its id or by an event id."""
    if len(names) > MAX_FOLLOWED:
        raise BadRequest(f"One connection follows at most {MAX_FOLLOWED} replies.", param="follow")
    here = await runtime()
    here.refuse_when_draining()
    live = Live(here, caller)
    for name in dict.fromkeys(names):
        live.follow(name, render=render)
    return live


def _read(name: str) -> tuple[str, str | None]:
    """The reply, and the position in it. Raises `BadRequest`."""
    try:
        return str(UUID(name)), None
    except ValueError:
        return str(event_ids.decode(name).reply), name
