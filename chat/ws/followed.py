"""The replies that one socket follows: a task each, from the frame that asked for it until it leaves."""

import asyncio
import logging
from functools import partial

from chat.at_once import at_once
from chat.errors import ChatError, TooMany
from chat.events import Batch
from chat.service import Following, saved_end
from chat.service.frames import Ref
from chat.ws import codes
from chat.ws.outlet import Outlet

logger = logging.getLogger(__name__)

MAX_FOLLOWED = 100
"""At once on one socket. Each may have a whole reply on its way to a client that does not read."""


class Followed:
    """Owned by a consumer, which awaits `leave_all` before it ends."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def refuse_when_full(self) -> None:
        if len(self._tasks) >= MAX_FOLLOWED:
            raise TooMany(
                f"This socket follows {MAX_FOLLOWED} replies, which is the limit. Unfollow one first.",
                code="too_many_followed",
            )

    async def add(self, following: Following, ref: Ref = None, *, ack: bool = False) -> None:
        """Follow from now on; it replaces another following of the same reply, which goes first.

        The new one is attached already, so the reply never looks abandoned in between. `ack`: the
        frame is answered by an `ack` before the events; else their `start` answers it.
        """
        reply = following.reply
        try:
            await self.leave(reply)
            if ack:
                await self._outlet.ack(ref)
        except BaseException:
            following.leave()
            raise
        task = asyncio.create_task(self._follow(following, None if ack else ref), name=f"follow {reply}")
        self._tasks[reply] = task
        task.add_done_callback(partial(self._ended, following))

    async def leave(self, reply: str) -> None:
        """Follow this one no more; once this returns, nothing more of it is sent."""
        task = self._tasks.pop(reply, None)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def leave_all(self) -> None:
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def last_words(self, seconds: float) -> None:
        """Wait so long for what has ended to be told to its end."""
        if self._tasks:
            await asyncio.wait(set(self._tasks.values()), timeout=seconds)

    async def _follow(self, following: Following, ref: Ref) -> None:
        async def tell(batch: Batch) -> None:
            nonlocal ref
            await self._outlet.events(batch, ref)
            if batch.events:
                ref = None

        try:
            if following.finished:
                await self._outlet.events(Batch((await saved_end(following.caller, following.reply),)))
                return
            following.push = lambda batch: at_once(tell(batch))
            async for batch in following:
                await tell(batch)
            await self._cut(following)
        except ChatError as error:
            await self._outlet.error(ref, error)
        except Exception:
            logger.exception("following reply %s broke", following.reply)
            await self._outlet.error(ref, ChatError("The server failed. Follow the reply again."))

    def _ended(self, following: Following, task: asyncio.Task[None]) -> None:
        # Not in the task: one that is cancelled before its first step runs no `finally`, and a
        # follower that never left would keep an abandoned reply running.
        following.leave()
        if self._tasks.get(following.reply) is task:
            del self._tasks[following.reply]

    async def _cut(self, following: Following) -> None:
        """It may have ended without `end`: then the client must know why, and what to do."""
        match following.closed_reason:
            case "revoked":
                await self._outlet.close(codes.CREDENTIALS)
            case "unavailable":
                await self._outlet.close(codes.TRY_LATER)
            case _:
                pass  # ended, or draining: whoever drains closes the sockets
