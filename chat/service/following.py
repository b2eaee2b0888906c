"""One client following one reply: wherever the reply runs, and whether it still does."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from typing import TYPE_CHECKING
from uuid import UUID

from chat.access.transcripts import read_reply
from chat.actions.finish import DELETED
from chat.at_once import Left
from chat.auth.caller import Caller
from chat.auth.tickets import make_ticket
from chat.database import in_database
from chat.engine.cursor import Cursor
from chat.engine.live_reply import LiveReply
from chat.engine.transcript import Ended, Transcript
from chat.errors import NotFound, Unavailable, UpstreamError, failed_with
from chat.events import KEEP_ALIVE, Batch
from chat.relay import NoRelay, Piece
from chat.service.blocks import BlockCursor
from chat.service.closing import OVER, Closing, Reason
from chat.service.reply_rows import transcript_of

if TYPE_CHECKING:
    from chat.service.runtime import Runtime

KEEP_ALIVE_SECONDS = 15.0
UNSAVED_SECONDS = 30.0
"""How long followers wait for an end that cannot be saved; then they are cut off, to come back later."""

LOOK_SECONDS = 0.2
"""Before a row is read again that is behind its reader, or whose owner did not know it."""

UNSEEN_SECONDS = 0.5
"""How often a reviewer's stream reads the row of a reply that another process runs."""


class Following:
    """Iterate it for batches; `leave` it when the client goes. One at a time may iterate."""

    def __init__(
        self,
        runtime: "Runtime",
        caller: Caller,
        transcript: Transcript,
        cursor: Cursor,
        *,
        live: LiveReply | None = None,
        server: UUID | None = None,
        render: bool = False,
        attach: bool = True,
        joined: bool = False,
        unseen: bool = False,
    ) -> None:
        self.caller = caller
        self._unseen = unseen
        """A reviewer looks on: the reply lives and ends as if nobody did."""
        self.joined = joined
        """Nothing new was asked: the call resumed or joined a reply that was there."""
        self.push: Callable[[Batch], Left] | None = None
        """Takes a batch in the step in which it came, while whoever iterates waits: no task is woken for it.
        What it leaves is awaited before the next one."""
        self._left: Left = None
        self._runtime = runtime
        self._transcript = transcript
        self._cursor = cursor
        self._live = live
        self._server = server
        self._blocks = BlockCursor() if render else None
        self._attached = False
        self._closing = Closing[Piece]()
        if attach:
            self._attach()

    @property
    def closed_reason(self) -> Reason | None:
        """Why the batches ended without `end`."""
        return self._closing.reason

    @property
    def live(self) -> LiveReply | None:
        """The reply, where this process runs it."""
        return self._live

    @property
    def conversation(self) -> str:
        return str(self._transcript.conversation)

    @property
    def request(self) -> str | None:
        return None if self._transcript.request is None else str(self._transcript.request)

    @property
    def reply(self) -> str:
        return self._transcript.reply_id

    @property
    def model(self) -> str:
        return self._transcript.model

    @property
    def resumed(self) -> bool:
        """The client has some of it, and begins behind that. To be asked before any batch was."""
        return self._cursor.position is not None

    @property
    def finished(self) -> bool:
        """The client already had everything, `end` included."""
        return self._cursor.at_end(self._transcript)

    @property
    def stream_url(self) -> str:
        """Where an `EventSource`, which can send no header, follows: the ticket is good for this alone."""
        ticket = make_ticket(self._transcript.reply, self.caller.user_id, self.caller.key_id)
        return f"/api/v1/messages/{self.reply}/stream?ticket={ticket}"

    def _attach(self) -> None:
        if not self._attached:
            self._attached = True
            self._runtime.follows(self)
            if self._live is not None and not self._unseen:
                self._live.attach()

    def leave(self) -> None:
        """The client went. When it was the last one, the reply's resume window begins."""
        if self._attached:
            self._attached = False
            self._runtime.leaves(self)
            if self._live is not None and not self._unseen:
                self._live.detach()

    def widen(self, window: float | None) -> None:
        """Seconds that the reply runs on with nobody attached, where that is more than it had."""
        if self._live is not None:
            self._live.widen(window)

    def revoke(self) -> None:
        """The caller's credential is good no more."""
        self.close("revoked")

    def close(self, reason: Reason) -> None:
        """End the batches without `end`: whoever follows may not, or should come back later."""
        if self._closing.close(reason) and self._live is not None:
            self._live.wake()

    async def __aiter__(self) -> AsyncIterator[Batch]:
        self._attach()
        try:
            while True:
                follow = self._follow_elsewhere() if self._live is None else self._follow_live(self._live)
                async with aclosing(follow) as batches:
                    async for batch in batches:
                        yield batch
                if self._cursor.ended or self.closed_reason is not None:
                    return
        finally:
            self.leave()

    @property
    def transcript(self) -> Transcript:
        """What was said, as far as it is known here."""
        return self._transcript

    def failure(self) -> UpstreamError | None:
        """What the reply failed with, as far as it is known yet, to be raised."""
        ended = self._transcript.ended
        if ended is None or ended.status != "failed":
            return None
        return failed_with(ended.error, retry_after=ended.retry_after, message_id=self.reply)

    async def _told(self, batch: Batch) -> Batch:
        """The batch as this client wants it."""
        here = self._cursor.position
        if self._blocks is None or batch.id is None or here is None:
            return batch
        return await self._blocks.with_blocks(
            batch, self._transcript, upto=here.text, ended=self._cursor.ended
        )

    def _push_news(self) -> bool:
        """Push what is new; False where there is more to do than that."""
        if self.push is None or self._blocks is not None or self.closed_reason is not None:
            return False
        assert self._live is not None
        batch = self._live.take(self._cursor)
        if batch is None:
            return False
        self._left = self.push(batch)
        return self._left is None and not self._cursor.ended

    async def _follow_live(self, live: LiveReply) -> AsyncGenerator[Batch]:
        pulse = self._runtime.registry.pulse
        with live.watched(KEEP_ALIVE_SECONDS, self._push_news) as changes:
            while True:
                if self._left is not None:
                    left, self._left = self._left, None
                    await left
                if self._cursor.ended or self.closed_reason == "revoked":
                    return
                batch = live.take(self._cursor)
                if batch is not None:
                    yield await self._told(batch)
                elif self.closed_reason is not None:
                    return
                elif live.closing_since is not None and pulse.now() - live.closing_since > UNSAVED_SECONDS:
                    self.close("unavailable")
                elif not await changes.woken():
                    yield KEEP_ALIVE

    async def _follow_elsewhere(self) -> AsyncGenerator[Batch]:
        """Read what has ended, or follow what another process runs, until it ends or runs here."""
        told = time.monotonic()
        pieces = None
        async with AsyncExitStack() as remote:
            while self.closed_reason != "revoked" and self._live is None:
                behind = self._cursor.is_ahead_of(self._transcript)
                batch = None if behind else self._cursor.take(self._transcript)
                if batch is not None:
                    told = time.monotonic()
                    yield await self._told(batch)
                    if self._cursor.ended:
                        return
                    continue  # look again before waiting: a title may be left
                if self.closed_reason is not None:
                    return
                if time.monotonic() - told >= KEEP_ALIVE_SECONDS:
                    told = time.monotonic()
                    yield KEEP_ALIVE
                if behind:
                    await self._closing.within(LOOK_SECONDS)
                    await self._look()
                    continue
                if pieces is None:
                    # Where there was a following before, it goes after the new one came: a reply that
                    # nobody else follows must not look abandoned in between.
                    async with remote.pop_all():
                        pieces = await remote.enter_async_context(self._pieces())
                piece = await self._closing.or_next(pieces)
                if isinstance(piece, Piece):
                    self._transcript.append(piece.reasoning, piece.text, piece.place, piece.title)
                    continue
                moved = await self._look()
                if piece is OVER and not moved:
                    # It runs, says its row, but its owner does not know it: not yet, or not any more.
                    await self._closing.within(LOOK_SECONDS)
                if piece is OVER or moved:
                    pieces = None

    def _pieces(self) -> AbstractAsyncContextManager[AsyncIterator[Piece | None]]:
        transcript = self._transcript
        # A lease with the owner would count as somebody who follows: who is unseen reads the row.
        relay = NoRelay(silence=UNSEEN_SECONDS) if self._unseen else self._runtime.relay
        return relay.follow(
            transcript.reply,
            transcript.epoch.id,
            self._server or self._runtime.server,
            reasoning=transcript.reasoning.length,
            text=transcript.text.length,
        )

    async def _look(self) -> bool:
        """Look where the reply is now; True when it is to be followed anew from there."""
        live = self._runtime.registry.get(self._transcript.reply)
        if live is not None:
            self._live, self._transcript = live, live.transcript
            # Not where the client went meanwhile: nobody would detach it.
            if self._attached and not self._unseen:
                live.attach()
            return True
        try:
            row = await in_database(read_reply, self.reply, hidden=True)
        except NotFound:  # the conversation was deleted, and its rows are gone already
            self._transcript.ended = Ended("stopped", error=DELETED)
            return True
        except Unavailable:
            return False  # its database is away: what was there stays, and the next look may succeed
        now = transcript_of(row)
        if (
            now.ended is None
            and now.epoch == self._transcript.epoch
            and not now.is_ahead_of(self._transcript)
        ):
            # The row of a running reply is a checkpoint behind what its owner has told.
            return False
        self._transcript, self._server = now, row.server
        return True
