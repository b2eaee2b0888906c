"""A reply that runs in this process: its transcript, who follows it, and whether it is to end.

It only keeps state and wakes those who wait. Reading the model and saving are `run` and `checkpoints`.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chat.chunks import Chunk, HangUp
from chat.engine.cursor import Cursor
from chat.engine.ports import Ending, Final
from chat.engine.pulse import Pulse
from chat.engine.saved_so_far import SavedSoFar
from chat.engine.tool_calls import ToolCalls
from chat.engine.transcript import LEFT, Ended, Transcript
from chat.engine.valid_text import ValidText, fit
from chat.engine.waiter import Waiter
from chat.events import Batch

MAX_FINISH_REASON = 40
"""Characters: the standard ones have at most 14, and the row holds no more."""


class LiveReply:
    """One epoch of one reply, on one event loop. Nothing here awaits but `grown` and `done`."""

    def __init__(
        self,
        transcript: Transcript,
        *,
        owner: int,
        pulse: Pulse,
        window: float | None,
        max_chars: int,
        row_chars: int,
    ) -> None:
        self.transcript = transcript
        self.saved_so_far = SavedSoFar(transcript, row_chars)
        self.owner = owner
        self.window = window
        """Seconds to run on with nobody attached; None is to the end."""
        self.full = False
        """The reply reached the most it may hold, and its upstream is to be closed."""
        self.intent: Ended | None = None
        """How it ends if cut off: set before the upstream is closed, so that the end finds the reason."""
        self.closing_since: float | None = None
        """The reading is over and the end waits to be saved, by the pulse's clock."""
        self.finish_reason: str | None = None
        self.usage: dict[str, Any] | None = None
        self.notices: list[dict[str, Any]] = []
        self.tool_calls = ToolCalls()
        self.started: datetime | None = None
        self.first_token: datetime | None = None
        self.first_text: datetime | None = None
        """When the answer began, and the thinking before it was over."""
        self.reading: asyncio.Task[None] | None = None
        self.saving: asyncio.Future[None] | None = None
        """The checkpoint in flight, if any: the end waits for it."""
        self._hang_up: HangUp | None = None
        self._pulse = pulse
        self._start: float | None = None
        self._waited: float | None = None
        self._max_chars = max_chars or None
        self._valid_text = ValidText()
        self._valid_reasoning = ValidText()
        self._waiters: set[Waiter] = set()
        self._followers = 0
        self._clock: asyncio.TimerHandle | None = None
        self._done = asyncio.Event()
        self._when_done: list[Callable[[], object]] = []

    @property
    def id(self) -> UUID:
        return self.transcript.reply

    @property
    def epoch(self) -> UUID:
        return self.transcript.epoch.id

    def start(self) -> None:
        """The provider is asked now; again where it had waited for its turn."""
        self.started = datetime.now(UTC)
        self._start = self._pulse.now()

    def opened(self, hang_up: HangUp) -> None:
        """The provider answers. When the reply is cut off, it learns of it before anything else is done."""
        self._hang_up = hang_up

    def _since_start(self) -> float | None:
        return None if self._start is None else self._pulse.now() - self._start

    # The text grows

    def append(self, chunks: Sequence[Chunk]) -> None:
        """Take in what one upstream read brought, and wake whoever follows. Never awaits."""
        if self.closing_since is not None:
            return  # an upstream that did not close in time: what it still brings came after the end
        transcript = self.transcript
        for chunk in chunks:
            if chunk.reasoning:
                transcript.reasoning.append(self._fitting(self._valid_reasoning.feed(chunk.reasoning)))
            if chunk.text:
                transcript.text.append(self._fitting(self._valid_text.feed(chunk.text)))
            if chunk.tool_calls:
                self.tool_calls.feed(chunk.tool_calls)
                self._fitting("")
            if chunk.finish_reason is not None:
                self.finish_reason = fit(chunk.finish_reason)[:MAX_FINISH_REASON]
            if chunk.usage is not None:
                self.usage = chunk.usage
            if chunk.notice is not None:
                self.notices.append(chunk.notice)
            if chunk.place is not None:
                transcript.place = chunk.place
                if chunk.place == 0:
                    self.start()
        if self.first_token is None and self.grew:
            self.first_token = datetime.now(UTC)
            self._waited = self._since_start()
        if self.first_text is None and transcript.text.length > transcript.epoch.text_start:
            self.first_text = datetime.now(UTC)
        self.wake()

    def finish_text(self) -> None:
        """The upstream is closed: nothing more is held back."""
        self._hang_up = None
        self.transcript.reasoning.append(self._fitting(self._valid_reasoning.finish()))
        self.transcript.text.append(self._fitting(self._valid_text.finish()))

    @property
    def grew(self) -> bool:
        """Whether this epoch has brought any text, thinking or tool call."""
        transcript = self.transcript
        return (
            self.tool_calls.length > 0
            or transcript.text.length > transcript.epoch.text_start
            or transcript.reasoning.length > transcript.epoch.reasoning_start
        )

    def _fitting(self, piece: str) -> str:
        if self._max_chars is None:
            return piece
        had = self.transcript.text.length + self.transcript.reasoning.length + self.tool_calls.length
        room = self._max_chars - had
        if len(piece) >= room:
            self.full = True
            return piece[: max(room, 0)]
        return piece

    # It ends

    def end_with(self, ended: Ended) -> None:
        """Close the upstream and end so. The first reason given is the one that is told."""
        if self.intent is None and self.closing_since is None:
            self.intent = ended
            if self.reading is not None:
                self.reading.cancel()
            if self._hang_up is not None:
                self._hang_up()

    def ending(self, ended: Ended) -> Ending:
        return Ending(
            reply=self.id,
            epoch=self.epoch,
            ended=ended,
            text=self.transcript.text.value(),
            reasoning=self.transcript.reasoning.value(),
            started=self.started,
            first_token=self.first_token,
            first_text=self.first_text,
            notices=tuple(self.notices),
            waited=self._waited,
            lasted=self._since_start(),
        )

    def finish(self, final: Final) -> None:
        """The end is saved: tell the followers, and whoever waits for it."""
        transcript = self.transcript
        if final.text != transcript.text.value() or final.reasoning != transcript.reasoning.value():
            # Somebody else ended it with what was saved then: that is the truth now.
            self.transcript.text = type(transcript.text)(final.text)
            self.transcript.reasoning = type(transcript.reasoning)(final.reasoning)
        transcript.ended = final.ended
        self._cancel_clock()
        self._done.set()
        for call in self._when_done:
            call()
        self.wake()

    def once_done(self, call: Callable[[], object]) -> None:
        """Call this when the reply has ended and is saved; at once if it has."""
        if self._done.is_set():
            call()
        else:
            self._when_done.append(call)

    async def done(self) -> None:
        """Wait until the reply has ended and is saved."""
        await self._done.wait()

    # Others follow it

    def take(self, cursor: Cursor) -> Batch | None:
        """What is new for this cursor; nothing while others may have taken the reply over."""
        return cursor.take(self.transcript) if self.speaks else None

    @property
    def speaks(self) -> bool:
        """Whether its text is known to be the truth: it ended, or no other process can have ended it."""
        return self.transcript.ended is not None or self._pulse.fresh

    @contextmanager
    def watched(self, seconds: float, instead: Callable[[], bool] | None = None) -> Iterator[Waiter]:
        """Whoever waits for changes, each time only so long. `instead`: see `Waiter`."""
        waiter = Waiter(seconds, instead)
        self._waiters.add(waiter)
        try:
            yield waiter
        finally:
            self._waiters.discard(waiter)
            waiter.close()

    async def grown(self, seconds: float) -> bool:
        """Wait for the next change; False when there was none for that long."""
        with self.watched(seconds) as waiter:
            return await waiter.woken()

    def wake(self) -> None:
        for waiter in self._waiters:
            waiter.wake()

    def attach(self) -> None:
        """Somebody follows: the clock that cuts an abandoned reply off stands still."""
        self._followers += 1
        self._cancel_clock()

    def detach(self) -> None:
        """A follower left; when it was the last one, the resume window begins."""
        self._followers -= 1
        if self._followers == 0:
            self.start_clock()

    def widen(self, window: float | None) -> None:
        """The largest window that was asked for in this epoch counts."""
        if self.window is not None and (window is None or window > self.window):
            self.window = window
            if self._clock is not None:
                self.start_clock()

    def start_clock(self) -> None:
        """Nobody is attached: after the window the reply is interrupted."""
        self._cancel_clock()
        if self.window is None or self.transcript.ended is not None:
            return
        if self.window <= 0:
            self.end_with(LEFT)
        else:
            loop = asyncio.get_running_loop()
            self._clock = loop.call_later(self.window, self.end_with, LEFT)

    def _cancel_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
