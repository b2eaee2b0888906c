"""Trying one address: a few streams one after the other, then the socket, and a reply where it is wished."""

import time
from dataclasses import dataclass
from typing import Any, Final

from chat.management.probing.arrivals import Arrivals, arrivals
from chat.management.probing.call import Unheard, hear
from chat.management.probing.hop import Asked, Hop, Run
from chat.management.probing.judging import is_late
from chat.management.probing.reply import try_reply
from chat.management.probing.sockets import try_socket
from chat.management.probing.target import Target

MORE_SECONDS: Final = 30.0
"""How much longer than the server is silent we wait for a byte."""
LEFT_SECONDS: Final = 15
"""How long a stream would be that is left at once: longer than we look whether it was."""
NOTICED_SECONDS: Final = 4.0
"""After which an abort has not arrived."""
LOOK_SECONDS: Final = 0.3


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to be tried, as the command was told."""

    key: str
    seconds: int = 2
    silence: int = 0
    bytes: int = 0
    form: str = "sse"
    socket: bool = True
    reply: bool = False


def probe(target: Target, wishes: Wishes) -> Hop:
    """Try one address. Where the first stream is none, nothing more is asked."""
    hop = Hop(target)
    hop.runs.append(_sure(target, wishes, "plain"))
    if not hop.runs[0].is_stream:
        return hop
    known = is_late(hop.runs[0])
    hop.runs.append((_run if known else _sure)(target, wishes, "compressed"))
    if wishes.silence:
        hop.runs.append(_run(target, wishes, "silent"))
    if wishes.bytes:
        hop.runs.append(_run(target, wishes, "large"))
    hop.is_cached = _is_cached(target, wishes, hop.runs[0])
    if not known:
        hop.keeps_aborts = _keeps_aborts(target, wishes)
    if wishes.socket:
        hop.socket = try_socket(target, wishes.key)
    if wishes.reply:
        hop.reply = try_reply(target, wishes.key)
    return hop


def _sure(target: Target, wishes: Wishes, asked: Asked) -> Run:
    """What is late is tried once more, and the better one counts: a busy machine is not late twice."""
    run = _run(target, wishes, asked)
    if not is_late(run):
        return run
    again = _run(target, wishes, asked)
    return again if again.is_stream and not is_late(again) else run


def _run(target: Target, wishes: Wishes, asked: Asked) -> Run:
    silence = wishes.silence if asked == "silent" else 0
    size = wishes.bytes if asked == "large" else 0
    path = _path(target, wishes, silence=silence, size=size)
    headers = {"Authorization": f"Bearer {wishes.key}"}
    if asked == "compressed":
        # Not brotli: what chooses it takes gzip as well, and gzip we can read.
        headers["Accept-Encoding"] = "gzip, deflate"
    try:
        heard = hear(target, path, headers, patience=wishes.seconds + silence + MORE_SECONDS)
    except Unheard as error:
        return Run(asked, None, Arrivals(), str(error))
    return Run(asked, heard, arrivals(heard))


def _is_cached(target: Target, wishes: Wishes, first: Run) -> bool:
    """Ask the very same again, up to its first words: each stream of the server's has a name of its own."""
    run = (first.arrivals.run or "").encode()
    path = _path(target, wishes, silence=0, size=0)
    try:
        again = hear(
            target,
            path,
            {"Authorization": f"Bearer {wishes.key}"},
            patience=wishes.seconds + MORE_SECONDS,
            enough=lambda data: b"\n" in data,
        )
    except Unheard:
        return False
    return run in b"".join(data for _at, data in again.reads)


def _keeps_aborts(target: Target, wishes: Wishes) -> bool:
    """Leave a stream after its first words, and ask the server whether it has noticed."""
    try:
        run = _begin(target, wishes, f"seconds={LEFT_SECONDS}").get("run")
        if run is None:
            return False
        until = time.monotonic() + NOTICED_SECONDS
        while _begin(target, wishes, f"seconds=1&still={run}").get("still"):
            if time.monotonic() > until:
                return True
            time.sleep(LOOK_SECONDS)
    except Unheard:
        return False
    return False


def _begin(target: Target, wishes: Wishes, query: str) -> dict[str, Any]:
    """The first piece of a stream that is left right after it."""
    heard = hear(
        target,
        f"{target.path}/api/v1/probe?{query}",
        {"Authorization": f"Bearer {wishes.key}"},
        patience=MORE_SECONDS,
        enough=lambda data: b"\n\n" in data,
    )
    return arrivals(heard).begin or {}


def _path(target: Target, wishes: Wishes, *, silence: int, size: int) -> str:
    more = f"&silence={silence}" if silence else ""
    more += f"&bytes={size}" if size else ""
    return f"{target.path}/api/v1/probe?seconds={wishes.seconds}&format={wishes.form}{more}"
