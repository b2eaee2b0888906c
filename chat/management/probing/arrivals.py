"""What arrived of a probe's stream, piece by piece: when it was sent, and when it was here. Pure."""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any, Final

from chat.management.probing.call import Heard

TOGETHER: Final = 0.4
"""Of the time between two pieces: what arrives closer to each other came together."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """`late`: seconds more on the way than the piece that was fastest. Clocks may differ: this does not."""

    kind: str
    sent: float
    at: float
    late: float


@dataclass(slots=True)
class Arrivals:
    begin: dict[str, Any] | None = None
    """What the first piece says, if it came."""
    pieces: list[Arrival] = field(default_factory=list)
    """Everything with a time, in the order in which it arrived."""
    is_over: bool = False
    is_foreign: bool = False
    """It holds what our server did not write."""

    @property
    def every(self) -> float:
        return float((self.begin or {}).get("every", 0.1))

    @property
    def run(self) -> str | None:
        return (self.begin or {}).get("run")

    @property
    def lumps(self) -> int:
        """In how many lumps they came."""
        gap = self.every * TOGETHER
        return 1 + sum(later.at - earlier.at > gap for earlier, later in pairwise(self.pieces))

    @property
    def first_late(self) -> float:
        return self.pieces[0].late if self.pieces else 0.0

    @property
    def usually_late(self) -> float:
        """The median: a machine that paused once is no proxy that holds back."""
        return median(piece.late for piece in self.pieces) if self.pieces else 0.0

    @property
    def longest_late(self) -> float:
        return max((piece.late for piece in self.pieces), default=0.0)


def arrivals(heard: Heard) -> Arrivals:
    """Read the stream as it came; what is compressed is unpacked as far as it goes."""
    found = Arrivals()
    timed: list[tuple[str, float, float]] = []
    for at, line in _lines(heard):
        said = _said(line)
        if said is None:
            found.is_foreign = True
            continue
        if said["type"] == "begin":
            found.begin = said
        found.is_over = found.is_over or said["type"] == "over"
        timed.append((said["type"], float(said["sent"]), at))
    fastest = min((at - sent for _kind, sent, at in timed), default=0.0)
    found.pieces = [Arrival(kind, sent, at, at - sent - fastest) for kind, sent, at in timed]
    return found


def _said(line: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(line.removeprefix(b"data: "))
        known = said["type"] in ("begin", "piece", "over") and isinstance(said["sent"], float | int)
    except (ValueError, TypeError, KeyError):
        return None
    return said if known else None


def _lines(heard: Heard) -> Iterator[tuple[float, bytes]]:
    rest = b""
    for at, data in _unpacked(heard):
        *lines, rest = (rest + data).split(b"\n")
        yield from ((at, line) for line in lines if line.strip())


def _unpacked(heard: Heard) -> Iterator[tuple[float, bytes]]:
    """The reads without their compression. Of a kind that we did not ask for nothing can be read."""
    encoding = heard.headers.get("content-encoding", "identity").strip().lower()
    if encoding == "identity":
        yield from heard.reads
    elif encoding in ("gzip", "deflate"):
        # 32: zlib's or gzip's own header, whichever comes.
        unpacking = zlib.decompressobj(32 + zlib.MAX_WBITS)
        try:
            for at, data in heard.reads:
                yield at, unpacking.decompress(data)
        except zlib.error:
            return
