"""The owner's side of remote follows: sends what its replies grow by to those who hold a lease.

A lease is renewed by its follower and lost when it is not, which is leaving. While the relay is
down they freeze: an outage is not an abort.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chat.relay.messages import Grown, Message, Over, Want
from chat.relay.ports import LOST_SECONDS, Attached, Owner, Piece

logger = logging.getLogger(__name__)

RETRY_SECONDS = 0.5
"""Between attempts to reach a follower; what comes meanwhile is joined into the next one."""

Publish = Callable[[UUID, Message], Awaitable[bool]]
"""Send a message to a process; False when it is not known to have arrived."""


@dataclass(slots=True)
class _Lease:
    id: UUID
    follower: UUID
    attached: Attached
    reasoning: int
    text: int
    renewed: float
    sending: asyncio.Task[None] | None = None


class Leases:
    """Those of one process. Messages and time call `want`, `leave` and `expire`; none of them waits."""

    def __init__(self, owner: Owner, publish: Publish, clock: Callable[[], float]) -> None:
        self._owner = owner
        self._publish = publish
        self._clock = clock
        self._held: dict[UUID, _Lease] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def want(self, want: Want) -> None:
        """Open the lease, or renew it; the answer tells what was sent so far."""
        lease = self._held.get(want.lease)
        if lease is None:
            attached = self._owner.attach(want.reply, want.epoch)
            if attached is None:
                self._spawn(self._tell(want.follower, Over(want.lease)))
                return
            lease = _Lease(want.lease, want.follower, attached, want.reasoning, want.text, self._clock())
            self._held[lease.id] = lease
            lease.sending = self._spawn(self._send(lease))
            return
        lease.renewed = self._clock()
        if want.again:
            # Attached all the while: letting go even for a moment could end an abandoned reply.
            lease.reasoning, lease.text = want.reasoning, want.text
            if lease.sending is not None:
                lease.sending.cancel()
            lease.sending = self._spawn(self._send(lease))
        else:
            self._spawn(self._tell_sent(lease))

    def leave(self, lease_id: UUID) -> None:
        """The follower went."""
        lease = self._held.pop(lease_id, None)
        if lease is not None:
            if lease.sending is not None:
                lease.sending.cancel()
            lease.attached.leave()

    def expire(self) -> None:
        """Let go of followers that have not renewed for too long. Not called while the relay is down."""
        now = self._clock()
        for lease in [each for each in self._held.values() if now - each.renewed > LOST_SECONDS]:
            self.leave(lease.id)

    def thaw(self) -> None:
        """The relay is back: every follower has its full time to say that it is still there."""
        now = self._clock()
        for lease in self._held.values():
            lease.renewed = now

    async def close(self) -> None:
        for lease_id in list(self._held):
            self.leave(lease_id)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self, lease: _Lease) -> None:
        """One joined piece per wake, from the lease's lengths to the reply's end."""
        await self._tell_sent(lease)
        while (piece := await lease.attached.after(lease.reasoning, lease.text)) is not None:
            if await self._publish(lease.follower, Grown(lease.id, piece)):
                lease.reasoning = piece.reasoning_offset + len(piece.reasoning)
                lease.text = piece.text_offset + len(piece.text)
            else:
                await asyncio.sleep(RETRY_SECONDS)
        self._held.pop(lease.id, None)
        lease.attached.leave()
        await self._tell(lease.follower, Over(lease.id))

    async def _tell_sent(self, lease: _Lease) -> None:
        await self._tell(lease.follower, Grown(lease.id, Piece(lease.reasoning, "", lease.text, "")))

    async def _tell(self, follower: UUID, message: Message) -> None:
        # Not tried again: a follower that misses this one asks within 3 s.
        await self._publish(follower, message)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Its follower hears nothing more, reads the row, and lets the lease go.
            logger.error("a reply could not be sent to another process", exc_info=error)
