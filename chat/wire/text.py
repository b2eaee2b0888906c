"""The reply's text alone, as it comes. It cannot say how the reply ended, nor take anything back."""

from chat.events import Batch, Delta
from chat.wire.restart import RestartWatch, StartedAgain

CONTENT_TYPE = "text/plain; charset=utf-8"


class Encoder:
    """Writes one stream. Raises `StartedAgain` where the text would have to be taken back."""

    def __init__(self, *, resumed: bool = False) -> None:
        self._watch = RestartWatch(resumed=resumed)

    def encode(self, batch: Batch) -> bytes:
        """The new text of the batch; empty where it brought none, keep-alives included."""
        if self._watch.starts_again(batch):
            raise StartedAgain
        return "".join(event.text for event in batch.events if isinstance(event, Delta)).encode()
