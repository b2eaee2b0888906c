"""What each frame of one socket does: a call of the service, and its answer. Decides nothing itself.

Frames are taken one at a time, in order. What may last is therefore a task beside them: each reply
that is followed, a stop that waits for its end, a message that is awaited. All end with the socket.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final
from uuid import UUID

from chat import service
from chat.auth.caller import Caller
from chat.errors import ChatError, TooMany
from chat.events import Batch, Title
from chat.limits.joins import admitted
from chat.scopes import SCOPES, Scope
from chat.service import Following
from chat.service.frames import Follow, Ping, Ref, Stop, Unfollow, Watch
from chat.service.news import News
from chat.service.requests import Again, Ask
from chat.ws import codes, frames_in
from chat.ws.followed import Followed
from chat.ws.frames_in import Continue, Frame, Regenerate, Send
from chat.ws.outlet import Outlet

logger = logging.getLogger(__name__)

MAX_WAITING = 100
"""Frames of one socket that wait for their answer at once: stops, and messages that are not streamed."""
NEEDS: Final[Mapping[type, tuple[Scope, ...]]] = {
    Send: ("chat",),
    Regenerate: ("chat",),
    Continue: ("chat",),
    Stop: ("chat",),
    Follow: ("read",),
    Watch: ("read",),
    Unfollow: SCOPES,
    Ping: SCOPES,
}
"""The scopes of which a key needs one, by what the frame asks for."""
LAST_WORDS_SECONDS = 1.0
"""The longest that a restart waits for a socket's last events."""


class Answering:
    """Of one socket. Its consumer awaits `let_go` before it ends."""

    def __init__(self, caller: Caller, outlet: Outlet) -> None:
        self.caller = caller
        self._outlet = outlet
        self._followed = Followed(outlet)
        self._watches = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, text: str | None) -> None:
        """Do what a frame says; None stands for a binary one. Whatever is wrong becomes an `error` frame."""
        ref: Ref = None
        try:
            fields = frames_in.decode(text)
            ref = frames_in.take_ref(fields)
            await self._do(frames_in.read(fields), ref)
        except Exception as error:  # noqa: BLE001 (whatever it is, the client is answered and it is logged)
            await self._refuse(ref, error)

    def tell(self, news: News) -> None:
        """A conversation was given a title, by whatever reply; or changed, for those who watch."""
        if "read" not in self.caller.scopes:
            return  # the titles of what it asked itself come in their replies
        if self._watches or isinstance(news, Title):
            self._own(partial(self._outlet.events, Batch((news,))))

    def revoke(self) -> None:
        """The caller's credential is good no more."""
        self._own(partial(self._outlet.close, codes.CREDENTIALS))

    async def last_words(self) -> None:
        await self._followed.last_words(LAST_WORDS_SECONDS)

    async def let_go(self) -> None:
        """The socket is closed: leave what it follows, and wait for no answer."""
        await self._followed.leave_all()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _do(self, frame: Frame, ref: Ref) -> None:
        caller = self.caller
        caller.need(*NEEDS[type(frame)])
        match frame:
            case Send(ask, render, key):
                await self._begin(ref, ask, key, partial(service.ask, caller, ask, render=render))
            case Regenerate(message, again, render, key):
                call = partial(service.regenerate, caller, message, again, render=render)
                await self._begin(ref, again, key, call)
            case Continue(message, again, render, key):
                call = partial(service.continue_, caller, message, again, render=render)
                await self._begin(ref, again, key, call)
            case Follow(reply, last_event_id, render):
                self._followed.refuse_when_full()
                following = await service.follow(
                    caller, reply, last_event_id=last_event_id, render=render == "html"
                )
                await self._followed.add(following, ref, ack=True)
            case Unfollow(reply):
                await self._followed.leave(_canonical(reply))
                await self._outlet.ack(ref)
            case Stop(reply):
                self._refuse_when_busy()
                self._own(partial(self._stop, reply, ref), ref)
            case Watch():
                self._watches = True
                await self._outlet.ack(ref)
            case Ping():
                await self._outlet.pong()

    async def _begin(
        self, ref: Ref, body: Ask | Again, key: str | None, call: Callable[..., Awaitable[Following]]
    ) -> None:
        """Begin a reply, and answer what HTTP would: its stream, or in an `ack` its message or its ids."""
        self._followed.refuse_when_full()
        self._refuse_when_busy()
        following = await admitted(self.caller, partial(call, idempotency_key=key), key)
        if body.background:
            await self._outlet.ack(
                ref,
                conversation=following.conversation,
                request=following.request,
                reply=following.reply,
                stream_url=following.stream_url,
            )
        elif body.stream:
            await self._followed.add(following, ref)
        else:
            task = self._own(partial(self._await_message, following, ref), ref)
            # Not in the task: one that is cancelled before its first step runs no `finally`.
            task.add_done_callback(lambda _: following.leave())

    async def _stop(self, reply: str, ref: Ref) -> None:
        await self._outlet.ack(ref, message=await service.stop(self.caller, reply))

    async def _await_message(self, following: Following, ref: Ref) -> None:
        await self._outlet.ack(ref, message=await service.whole_message(following))

    def _refuse_when_busy(self) -> None:
        if len(self._tasks) >= MAX_WAITING:
            raise TooMany("Too many frames of this socket wait for their answer.", code="too_many_frames")

    def _own(self, work: Callable[[], Awaitable[Any]], ref: Ref = None) -> asyncio.Task[None]:
        """Do it beside the next frames; what goes wrong is answered with the frame's `ref`."""
        task = asyncio.create_task(self._answered(work, ref))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _answered(self, work: Callable[[], Awaitable[Any]], ref: Ref) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 (whatever it is, the client is answered and it is logged)
            await self._refuse(ref, error)

    async def _refuse(self, ref: Ref, error: Exception) -> None:
        if not isinstance(error, ChatError):
            logger.error("a frame could not be answered", exc_info=error)
            error = ChatError("The server failed. It is not what you sent.")
        await self._outlet.error(ref, error)


def _canonical(reply: str) -> str:
    """A reply's id as we spell it; what is no id names nothing that is followed."""
    try:
        return str(UUID(reply))
    except ValueError:
        return reply
