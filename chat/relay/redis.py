"""The relay of many processes: each hears a channel of its own, and one that all hear, on Redis.

Plain publish and subscribe: nothing is stored in Redis, and nothing depends on a message arriving.
What text is lost shows as a gap in its offsets; any other lost message is made good by the next renewal.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec

from chat.ids import new_id
from chat.relay.leases import Leases
from chat.relay.messages import Announced, Grown, Leave, Message, Over, Stop, Stopped, Want, decode, encode
from chat.relay.ports import RENEW_SECONDS, STOP_SECONDS, Owner, Piece
from chat.relay.redis_line import RedisLine
from chat.relay.remote_follow import RemoteFollow

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.5
"""How often renewals and lost leases are looked at: the error of their times."""


class RedisRelay:
    """One process's end of it. `server` is the process's own id, which the rows of its completions hold."""

    def __init__(
        self, url: str, server: UUID, *, prefix: str = "chat", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._server = server
        self._prefix = prefix
        self._clock = clock
        self._everybody = f"{prefix}:everybody"
        self._line = RedisLine(url, [self._channel(server), self._everybody], self._heard, self._back)
        self._follows: dict[UUID, RemoteFollow] = {}
        self._calls: dict[UUID, asyncio.Future[bool]] = {}
        self._owner: Owner | None = None
        self._leases: Leases | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def up(self) -> bool:
        """Whether the other processes can be reached now."""
        return self._line.up

    async def start(self, owner: Owner) -> None:
        self._owner = owner
        self._leases = Leases(owner, self._publish, self._clock)
        self._spawn(self._line.run())
        self._spawn(self._tick_forever())

    async def close(self) -> None:
        if self._leases is not None:
            await self._leases.close()
        for follow in list(self._follows.values()):
            follow.over()
            await self._publish(follow.server, Leave(follow.lease))
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._line.close()
        self._owner = self._leases = None

    # What this process asks of the others

    async def stop(self, reply: UUID, server: UUID) -> bool:
        call = new_id()
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._calls[call] = answer
        try:
            async with asyncio.timeout(STOP_SECONDS):
                if not await self._publish(server, Stop(call, self._server, reply)):
                    return False
                return await answer
        except TimeoutError:
            return False
        finally:
            del self._calls[call]

    @asynccontextmanager
    async def follow(
        self, reply: UUID, epoch: UUID, server: UUID, *, reasoning: int, text: int
    ) -> AsyncIterator[AsyncIterator[Piece | None]]:
        follow = RemoteFollow(reply, epoch, server, reasoning=reasoning, text=text, now=self._clock())
        self._follows[follow.lease] = follow
        self._ask(follow)
        try:
            yield follow
        finally:
            del self._follows[follow.lease]
            # In a task of the relay's: whoever leaves may be cancelled, and the owner is to know at once.
            self._spawn(self._tell(server, Leave(follow.lease)))

    async def announce(self, user_id: int, event: dict[str, Any]) -> None:
        if self._owner is not None:
            self._owner.announced(user_id, event)
        await self._line.publish(self._everybody, encode(Announced(self._server, user_id, event)))

    # What the others say

    def _heard(self, data: bytes) -> None:
        try:
            self._take(decode(data))
        except msgspec.MsgspecError as error:
            logger.warning("the relay brought a message that this version does not know: %s", error)
        except Exception:
            # One bad message must not end the line that all others come by.
            logger.exception("a message from another process could not be handled")

    def _take(self, message: Message) -> None:
        if self._owner is None or self._leases is None:
            return
        match message:
            case Want():
                self._leases.want(message)
            case Leave(lease):
                self._leases.leave(lease)
            case Grown(lease, piece):
                if (follow := self._follows.get(lease)) and not follow.receive(piece):
                    self._ask(follow)
            case Over(lease):
                if follow := self._follows.get(lease):
                    follow.over()
            case Stop():
                self._spawn(self._answer_stop(message, self._owner))
            case Stopped(call, ended):
                if (answer := self._calls.get(call)) and not answer.done():
                    answer.set_result(ended)
            case Announced(sender, user_id, event):
                if sender != self._server:
                    self._owner.announced(user_id, event)

    async def _answer_stop(self, stop: Stop, owner: Owner) -> None:
        ended = await owner.stop(stop.reply)
        await self._tell(stop.caller, Stopped(stop.call, ended))

    def _back(self) -> None:
        """Connected, again or for the first time: leases thaw, and what was lost meanwhile is asked for."""
        if self._leases is not None:
            self._leases.thaw()
        for follow in self._follows.values():
            self._ask(follow, again=True)

    # Time passes

    async def _tick_forever(self) -> None:
        while True:
            self.tick()
            await asyncio.sleep(TICK_SECONDS)

    def tick(self) -> None:
        """Renew what this process follows elsewhere, and let go of who renewed no more."""
        now = self._clock()
        for follow in self._follows.values():
            if now - follow.asked >= RENEW_SECONDS:
                if not follow.heard:
                    follow.silence()
                self._ask(follow)
        if self._leases is not None and self.up:
            self._leases.expire()

    def _ask(self, follow: RemoteFollow, *, again: bool = False) -> None:
        self._spawn(self._tell(follow.server, follow.want(self._server, self._clock(), again=again)))

    async def _tell(self, server: UUID, message: Message) -> None:
        await self._publish(server, message)

    async def _publish(self, server: UUID, message: Message) -> bool:
        return await self._line.publish(self._channel(server), encode(message))

    def _channel(self, server: UUID) -> str:
        return f"{self._prefix}:{server}"

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("the relay failed at something", exc_info=error)
