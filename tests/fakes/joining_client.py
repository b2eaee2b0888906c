"""A client as the interface tells it to be: cut the text to the delta's offset, append, at `end` cut."""

from chat.engine.cursor import Cursor
from chat.engine.position import Position, decode
from chat.engine.transcript import Transcript
from chat.events import Batch, Delta, End, Reasoning, Start


class Client:
    """Joins what it is sent, and remembers the last id, as `EventSource` does."""

    def __init__(self) -> None:
        self.text = ""
        self.reasoning = ""
        self.starts = 0
        self.end: End | None = None
        self.last_id: str | None = None

    def take(self, batch: Batch | None, *, events: int | None = None) -> None:
        """Read a batch, or only its first events: a cut inside a write loses the id too."""
        if batch is None:
            return
        for event in batch.events[:events]:
            if isinstance(event, Start):
                self.starts += 1
            elif isinstance(event, Delta):
                assert event.offset <= len(self.text), "a gap"
                self.text = self.text[: event.offset] + event.text
            elif isinstance(event, Reasoning):
                assert event.offset <= len(self.reasoning), "a gap"
                self.reasoning = self.reasoning[: event.offset] + event.text
            elif isinstance(event, End):
                self.end = event
                self.text = self.text[: event.length]
        if batch.id is not None and (events is None or events >= len(batch.events)):
            self.last_id = batch.id

    @property
    def position(self) -> Position | None:
        return None if self.last_id is None else decode(self.last_id)

    def reconnect(self) -> Cursor:
        return Cursor(self.position)

    def read_all(self, transcript: Transcript) -> None:
        """Connect, read what is there, and go."""
        cursor = self.reconnect()
        while (batch := cursor.take(transcript)) is not None:
            self.take(batch)
