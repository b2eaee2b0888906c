"""A follower's place in a transcript: takes what came after it, in one slice and one write.

Pure: no waiting. `take` looks and moves without an await, so nothing can slip in between.
"""

from chat.engine import position as event_ids
from chat.engine.position import Position
from chat.engine.transcript import Transcript
from chat.events import Batch, Delta, Event, Queue, Reasoning, Start, Title, ToolCalls


class Cursor:
    """Begins at a position that a client sent, or (None) at the beginning, with `start`."""

    __slots__ = ("_id_prefix", "_place", "_position", "_title", "ended", "from_epoch_start")

    def __init__(self, position: Position | None = None, *, from_epoch_start: bool = False) -> None:
        self._position = position
        self._id_prefix = ""
        self._title: str | None = None
        self._place: int | None = None
        self.from_epoch_start = from_epoch_start
        """Begin where the current epoch did (what `continue` streams) and not at 0."""
        self.ended = False
        """True once `end` was taken: nothing more will come."""

    @property
    def position(self) -> Position | None:
        return self._position

    def at_end(self, transcript: Transcript) -> bool:
        """Whether the client has had everything, `end` included (an HTTP follower is then told 204)."""
        here = self._position
        return (
            here is not None
            and here.ended
            and transcript.ended is not None
            and here.epoch == transcript.epoch.id
            and goes_on(here, transcript)
        )

    def is_ahead_of(self, transcript: Transcript) -> bool:
        """Whether the client has more than a running reply's transcript, of the same epoch.

        So it is with a row, which is a checkpoint behind its owner: the row will catch up. Of a
        reply that ended, what is beyond its end was lost.
        """
        here = self._position
        return (
            here is not None
            and transcript.ended is None
            and here.epoch == transcript.epoch.id
            and not goes_on(here, transcript)
        )

    def take(self, transcript: Transcript) -> Batch | None:
        """Everything after the cursor, or None when there is nothing new."""
        if self.ended:
            return None
        here = self._position
        begins = here is None or not goes_on(here, transcript)
        if begins:
            here = self._begin(transcript)
            self.from_epoch_start = False
        assert here is not None
        body = _after(here, transcript)
        if begins and not body:
            # Alone, so that the write's last event has a position; what else there is comes next.
            return self._batch([_start(transcript)], transcript)
        events = self._asides(transcript)
        if begins:
            events.insert(0, _start(transcript))
        if not body:
            return Batch(tuple(events)) if events else None
        self.ended = transcript.ended is not None
        return self._batch(events + body, transcript)

    def _batch(self, events: list[Event], transcript: Transcript) -> Batch:
        """These events in one write, and the cursor moved behind them."""
        epoch = transcript.epoch.id
        if self._position is None or self._position.epoch is not epoch or not self._id_prefix:
            self._id_prefix = event_ids.prefix(transcript.reply, epoch)
        reasoning, text = transcript.reasoning.length, transcript.text.length
        self._position = Position(transcript.reply, epoch, reasoning, text, self.ended)
        return Batch(tuple(events), event_ids.encode(self._id_prefix, reasoning, text, self.ended))

    def _asides(self, transcript: Transcript) -> list[Event]:
        """What is told once and has no position: the place in a queue, a title."""
        events: list[Event] = []
        if transcript.place != self._place:
            self._place = transcript.place
            events.append(Queue(transcript.reply_id, self._place or 0))
        if transcript.title is not None and transcript.title != self._title:
            self._title = transcript.title
            events.append(Title(str(transcript.conversation), self._title))
        return events

    def _begin(self, transcript: Transcript) -> Position:
        epoch = transcript.epoch
        if self.from_epoch_start:
            return Position(transcript.reply, epoch.id, epoch.reasoning_start, epoch.text_start)
        return Position(transcript.reply, epoch.id, 0, 0)


def _start(transcript: Transcript) -> Start:
    return Start(
        conversation=str(transcript.conversation),
        request=None if transcript.request is None else str(transcript.request),
        reply=transcript.reply_id,
        model=transcript.model,
    )


def _after(here: Position, transcript: Transcript) -> list[Event]:
    """The events that have a position and come after this one."""
    reply = transcript.reply_id
    events: list[Event] = []
    if transcript.reasoning.length > here.reasoning:
        events.append(Reasoning(reply, here.reasoning, transcript.reasoning.since(here.reasoning)))
    if transcript.text.length > here.text:
        events.append(Delta(reply, here.text, transcript.text.since(here.text)))
    if transcript.ended is not None:
        if transcript.ended.tool_calls:
            events.append(ToolCalls(reply, transcript.ended.tool_calls))
        events.append(transcript.end_event(transcript.ended))
    return events


def goes_on(position: Position, transcript: Transcript) -> bool:
    """Whether what the client has is a beginning of the transcript, so that it can simply go on.

    It is when the epoch is the current one and the lengths are not beyond ours, or an older one
    and they are not beyond where the next began. Otherwise a crash lost a tail that it had seen.
    """
    limit_reasoning, limit_text = transcript.reasoning.length, transcript.text.length
    if position.epoch is transcript.epochs[-1].id:  # nearly always, and UUIDs compare slowly
        return position.reasoning <= limit_reasoning and position.text <= limit_text
    for epoch in reversed(transcript.epochs):
        if epoch.id == position.epoch:
            return position.reasoning <= limit_reasoning and position.text <= limit_text
        limit_reasoning, limit_text = epoch.reasoning_start, epoch.text_start
    return False
