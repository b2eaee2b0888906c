"""What one client has read of one reply, joined by the contract's one rule."""

from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]


@dataclass(slots=True)
class Reading:
    """Cut the text to the delta's `offset`, append, at `end` cut to `length`; a gap fails at once."""

    text: str = ""
    reasoning: str = ""
    events: list[Event] = field(default_factory=list)
    last_id: str | None = None
    ended: Event | None = None
    overlaps: int = 0
    """Deltas that began before the end of the text: only a server that was killed may make a client cut."""
    _known: tuple[int, int] = (0, 0)
    """Lengths at `last_id`: what came after it in the same write, before a cut, comes again."""
    restarts: int = 0
    """`start` events that came when there was text already."""

    def take(self, event: Event) -> None:
        self.events.append(event)
        match event["type"]:
            case "start":
                self.restarts += bool(self.text or self.reasoning)
            case "delta":
                self.text = self._joined(self.text, event)
            case "reasoning":
                self.reasoning = self._joined(self.reasoning, event)
            case "end":
                assert len(self.text) >= event["length"], "text is missing at the end"
                self.text = self.text[: event["length"]]
                self.ended = event
        if event.get("id"):
            self.last_id = event["id"]
            self._known = len(self.text), len(self.reasoning)

    def _joined(self, before: str, event: Event) -> str:
        offset = event["offset"]
        assert offset <= len(before), (
            f"a gap: the text has {len(before)} characters, the delta is at {offset}"
        )
        assert event["text"], "an empty delta"
        self.overlaps += offset < len(before)
        text: str = event["text"]
        return before[:offset] + text

    def of_type(self, kind: str) -> list[Event]:
        return [event for event in self.events if event["type"] == kind]

    @property
    def start(self) -> Event:
        return self.of_type("start")[0]

    @property
    def status(self) -> str | None:
        return self.ended["status"] if self.ended else None

    @property
    def end(self) -> Event:
        """The last event, which must have come."""
        assert self.ended is not None, f"no end: {self.events[-3:]}"
        return self.ended

    def resume(self) -> None:
        """Go back to the last id, before the next connection."""
        text, reasoning = self._known
        self.text, self.reasoning = self.text[:text], self.reasoning[:reasoning]

    def goes_on(self) -> "Reading":
        """The reading of the same client over its next connection."""
        next_one = Reading(self.text, self.reasoning, [], self.last_id, _known=self._known)
        next_one.resume()
        return next_one
