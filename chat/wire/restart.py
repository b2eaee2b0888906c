"""Notices a reply that begins again, for the forms that cannot tell a client to cut what it has."""

from chat.events import Batch, Delta, Start


class StartedAgain(Exception):
    """A crash lost text that this client has already; the stream must end here, after these last bytes."""

    def __init__(self, last: bytes = b"") -> None:
        self.last = last


class RestartWatch:
    """Follows one stream: it starts once, or never where the client goes on; each delta follows the last."""

    __slots__ = ("_length", "_started")

    def __init__(self, *, resumed: bool = False) -> None:
        self._started = resumed
        self._length: int | None = None
        """Where the next delta must begin; unknown before the first (a `continue` begins in the middle)."""

    def starts_again(self, batch: Batch) -> bool:
        for event in batch.events:
            if isinstance(event, Start):
                if self._started:
                    return True
                self._started = True
            elif isinstance(event, Delta):
                if self._length is not None and event.offset != self._length:
                    return True
                self._length = event.offset + len(event.text)
        return False
