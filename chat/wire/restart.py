"""Notices a reply that begins again, for the forms that cannot tell a client to cut what it has."""

from chat.events import Batch, Delta


class StartedAgain(Exception):
    """A crash lost text that this stream has already sent; the stream must end here."""


class RestartWatch:
    """Follows the offsets of one stream: each delta must begin where the one before ended."""

    __slots__ = ("_length",)

    def __init__(self) -> None:
        self._length: int | None = None
        """Where the next delta must begin; unknown before the first (a `continue` begins in the middle)."""

    def check(self, batch: Batch) -> None:
        """Raises `StartedAgain`."""
        for event in batch.events:
            if isinstance(event, Delta):
                if self._length is not None and event.offset != self._length:
                    raise StartedAgain
                self._length = event.offset + len(event.text)
