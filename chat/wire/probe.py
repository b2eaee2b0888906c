"""The pieces of a stream that is no reply's: each says when it was sent, so that delays are seen."""

from dataclasses import dataclass

import msgspec

from chat.wire import ndjson, sse, text

CONTENT_TYPES = {"sse": sse.CONTENT_TYPE, "ndjson": ndjson.CONTENT_TYPE, "text": text.CONTENT_TYPE}
"""By the form that is probed: what stands on the way may treat each of them in its own way."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How the request arrived: what the hops before made of it."""

    http: str
    accept_encoding: str
    via: str
    forwarded: bool
    """Whether some hop says that it passed the request on."""


@dataclass(frozen=True, slots=True)
class Begin:
    """The first piece. `run` is another one for each stream, so that a copy out of a cache is known by it."""

    run: str
    pieces: int
    """How many come after this one, and before `over`."""
    every: float
    """Seconds between them."""
    silence: float
    """Seconds without a word in the middle."""
    sent: float
    """Seconds since 1970, by the server's clock."""
    request: Seen
    still: bool | None = None
    """Whether the stream of the run that was asked about is open still."""
    type: str = "begin"


@dataclass(frozen=True, slots=True)
class Piece:
    number: int
    sent: float
    padding: str
    type: str = "piece"


@dataclass(frozen=True, slots=True)
class Over:
    """The last one: a stream without it was cut."""

    sent: float
    type: str = "over"


Said = Begin | Piece | Over
_json = msgspec.json.Encoder().encode


def encode(said: Said, form: str) -> bytes:
    """One write."""
    data = _json(said)
    return sse.block(data) if form == "sse" else data + b"\n"
