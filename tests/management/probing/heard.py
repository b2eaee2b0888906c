"""Answers as a probe hears them, made up: what the server sent when, and what became of it on the way."""

import gzip
import json
import zlib
from typing import Any

from chat.management.probing.arrivals import arrivals
from chat.management.probing.call import Heard
from chat.management.probing.hop import Asked, Hop, Run
from chat.management.probing.target import target

ASKED = 1_000_000.0
SKEW = 300.0
"""The server's clock is five minutes ahead."""
EVERY = 0.1
COUNT = 20
CHUNKED = {
    "transfer-encoding": "chunked",
    "cache-control": "no-cache, no-transform, no-store",
    "x-accel-buffering": "no",
    "content-type": "text/event-stream",
}


def sent(count: int = COUNT, *, http: str = "1.1", run: str = "a") -> list[tuple[float, bytes]]:
    """Each write of the server, and when it was made: seconds since the question."""
    said: list[dict[str, Any]] = [
        {"type": "begin", "run": run, "pieces": count, "every": EVERY, "request": {"http": http}}
    ]
    said += [{"type": "piece", "number": number, "padding": ""} for number in range(count)]
    said.append({"type": "over"})
    times = [min(index, count) * EVERY for index in range(count + 2)]
    return [
        (at, b"data: " + json.dumps(one | {"sent": ASKED + SKEW + at}).encode() + b"\n\n")
        for at, one in zip(times, said, strict=True)
    ]


def one_by_one(writes: list[tuple[float, bytes]], delay: float = 0.01) -> list[tuple[float, bytes]]:
    return [(at + delay, data) for at, data in writes]


def in_lumps(writes: list[tuple[float, bytes]], size: int) -> list[tuple[float, bytes]]:
    """As something passes them on that waits for so many bytes, or the end."""
    lumps, held = [], b""
    for at, data in writes:
        held += data
        if len(held) >= size:
            lumps.append((at, held))
            held = b""
    return [*lumps, (writes[-1][0], held)] if held else lumps


def heard(reads: list[tuple[float, bytes]], *, broke: str | None = None, **changes: Any) -> Heard:
    """`changes` of headers: None takes one away; underscores stand for hyphens."""
    headers = CHUNKED | {name.replace("_", "-"): value for name, value in changes.items()}
    over = reads[-1][0] if reads else 0.0
    return Heard(
        asked=ASKED,
        headers_at=ASKED + (reads[0][0] if reads else 0),
        status=200,
        http="1.1",
        headers={name: value for name, value in headers.items() if value is not None},
        reads=[(ASKED + at, data) for at, data in reads],
        over_at=ASKED + over,
        broke=broke,
    )


def gzipped(reads: list[tuple[float, bytes]]) -> list[tuple[float, bytes]]:
    """As a proxy does that packs each piece by itself and sends it at once."""
    packing = zlib.compressobj(wbits=31)
    packed = [(at, packing.compress(data) + packing.flush(zlib.Z_SYNC_FLUSH)) for at, data in reads]
    at, data = packed[-1]
    return [*packed[:-1], (at, data + packing.flush())]


def gzipped_whole(reads: list[tuple[float, bytes]]) -> list[tuple[float, bytes]]:
    return [(reads[-1][0], gzip.compress(b"".join(data for _at, data in reads)))]


def run(answer: Heard | None, asked: Asked = "plain", why: str = "") -> Run:
    if answer is None:
        return Run(asked, None, arrivals(heard([])), why)
    return Run(asked, answer, arrivals(answer))


def hop(*runs: Run, url: str = "http://hop.test") -> Hop:
    return Hop(target(url), list(runs))


def fine(**changes: Any) -> Heard:
    return heard(one_by_one(sent()), **changes)


def whole(**changes: Any) -> Heard:
    return heard(in_lumps(sent(), 1_000_000), **changes)
