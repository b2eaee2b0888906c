"""What that which was seen at one address means. Pure: findings in words, each with what it amounts to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from chat.management.probing.hop import Hop, Run
from chat.management.probing.reply import ReplySeen
from chat.management.probing.sockets import SocketSeen

LATE_SECONDS: Final = 0.5
"""That the first piece may be late by: a busy machine is, for a moment."""
USUALLY_LATE: Final = 1.5
"""Of the time between two pieces: half of all pieces late by more are lumps, not chance."""
KEEP_ALIVE_SECONDS: Final = 15.0
"""After so long a silence the server says something in every stream but this one."""
SLOW_SOCKET_SECONDS: Final = 2.0
SHORT_REPLY_SECONDS: Final = 1.0
HASTY: Final = 0.3
"""Of the time that a reply was written in: what arrives in so much less was collected first."""

Kind = Literal["held", "note", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`held`: it keeps a reply from arriving as it comes. `unknown`: it keeps us from seeing."""

    code: str
    kind: Kind
    says: str


def judge(hop: Hop) -> list[Finding]:
    """What is worst comes first."""
    first = hop.runs[0]
    if not first.is_stream:
        return [_no_stream(first)]
    found = list(_findings(hop))
    order = ("held", "unknown", "note")
    return sorted(found, key=lambda finding: order.index(finding.kind))


def _findings(hop: Hop) -> Iterator[Finding]:
    plain = hop.runs[0]
    held = False
    for run in hop.runs:
        found = _held(run) or _cut(run)
        if run.asked == "compressed" and not held:
            yield from _compression(run, found)
        elif found and not (held and found.kind == "held"):
            yield found
        held = held or (found is not None and found.kind == "held")
    if hop.is_cached:
        yield Finding(
            "cached", "held", "a second call was answered with the stream of the first, out of a cache"
        )
    if hop.keeps_aborts:
        yield Finding(
            "abort_kept",
            "held",
            "it keeps aborts to itself, and the server goes on for a client that has gone",
        )
    if hop.socket:
        yield from _of_socket(hop.socket)
    if hop.reply:
        yield _of_reply(hop.reply)
    yield from _notes(plain)


def is_late(run: Run) -> bool:
    """Whether it looks held back."""
    return _held(run) is not None


def _no_stream(run: Run) -> Finding:
    """Why nothing can be said of a hop at all."""
    if run.heard is None:
        return Finding("unheard", "unknown", f"nobody answers: {run.why}")
    status, headers = run.heard.status, run.heard.headers
    if status == 200:
        kind = headers.get("content-type", "nothing that has a name").partition(";")[0]
        return Finding("foreign", "unknown", f"it answers with {kind}, and not with this server's stream")
    if status in (301, 302, 303, 307, 308):
        host = headers.get("location", "nowhere").partition("?")[0]
        return Finding("moved", "unknown", f"it sends us to {host}: probe that address")
    says = {
        401: "the key is refused",
        403: "it refuses the call",
        404: "there is no /api/v1/probe at this address: another path, or an older server",
        429: "the limit of requests or of open streams is reached: wait a minute",
        502: "it does not reach the server",
        503: "the server restarts, or is away",
        504: "it waited for the server in vain",
    }.get(status, "it does not stream")
    return Finding(f"status_{status}", "unknown", f"{says} (status {status})")


def _held(run: Run) -> Finding | None:
    if not run.is_stream or run.heard is None:
        return None
    seen = run.arrivals
    count = len(seen.pieces)
    lumps = "one lump" if seen.lumps == 1 else f"{seen.lumps} lumps"
    told = f"({count} pieces arrived in {lumps}, the first {seen.first_late:.1f} s late)"
    if seen.usually_late > USUALLY_LATE * seen.every and seen.longest_late > LATE_SECONDS:
        if seen.lumps == 1:
            return Finding("whole", "held", f"it collects the whole stream {told}")
        return Finding("lumps", "held", f"it collects pieces {told}")
    if seen.first_late > LATE_SECONDS:
        return Finding("beginning", "held", f"it holds the beginning back {told}")
    return None


def _cut(run: Run) -> Finding | None:
    """A stream that did not come to its last word."""
    if not run.is_stream:
        heard = run.heard
        why = run.why if heard is None else f"status {heard.status}"
        return Finding("cut", "held" if run.asked == "silent" else "unknown", f"asked again it fails: {why}")
    seen, heard = run.arrivals, run.heard
    if seen.is_over or heard is None or seen.begin is None:
        return None
    arrived = len(seen.pieces) - 1
    silent = heard.over_at - (seen.pieces[-1].at if seen.pieces else heard.headers_at)
    if run.asked == "silent" and arrived == seen.begin["pieces"] // 2 and silent > seen.every:
        if silent < KEEP_ALIVE_SECONDS:
            return Finding("silence", "held", f"it cuts a stream that is silent for {silent:.0f} s")
        return Finding(
            "silence_later",
            "note",
            f"it cuts a stream that is silent for {silent:.0f} s; replies are not: the server breaks a "
            f"silence after {KEEP_ALIVE_SECONDS:.0f} s",
        )
    took = heard.over_at - heard.asked
    return Finding("cut", "held", f"it cuts the stream after {heard.size} bytes and {took:.1f} s")


def _compression(run: Run, held: Finding | None) -> Iterator[Finding]:
    """What is different for clients that take compressed answers, which all browsers do."""
    encoding = run.heard.headers.get("content-encoding") if run.heard else None
    if encoding and held and held.kind == "held":
        yield Finding(
            "compressed",
            "held",
            f"for clients that take {encoding} it compresses the stream, and {held.says}",
        )
    elif held:
        yield held
    elif encoding and not run.arrivals.is_over:
        yield Finding("compressed_unread", "unknown", f"it compresses the stream ({encoding}), unreadably")
    elif encoding:
        yield Finding(
            "compressed_in_time",
            "note",
            f"it compresses the stream ({encoding}), though no-transform forbids it; piece by piece, so that "
            "it is in time",
        )


def _of_socket(seen: SocketSeen) -> Iterator[Finding]:
    if seen.status is not None:
        yield Finding("socket_refused", "held", f"it lets no WebSocket through (status {seen.status})")
    elif seen.code is not None:
        kind: Kind = "unknown" if seen.code >= 4000 or seen.code == 1012 else "held"
        yield Finding("socket_closed", kind, f"the WebSocket is closed with {seen.code}")
    elif not seen.opened:
        yield Finding("socket_refused", "held", f"the WebSocket does not open ({seen.why})")
    elif seen.slowest is None:
        yield Finding("socket_late", "held", f"the WebSocket opens, and then {seen.why}")
    elif seen.slowest > SLOW_SOCKET_SECONDS:
        yield Finding("socket_late", "held", f"frames of the WebSocket take {seen.slowest:.1f} s")


def _of_reply(seen: ReplySeen) -> Finding:
    if seen.why or seen.first_token is None:
        return Finding("reply_unknown", "unknown", f"of the reply nothing can be said: {seen.why}")
    first = (
        f"its first token was here after {seen.first_token:.1f} s, at the server after {seen.waited:.1f} s"
    )
    is_hasty = seen.took_there - seen.took_here > max(LATE_SECONDS, seen.took_there * HASTY)
    if is_hasty or seen.first_token - seen.waited > LATE_SECONDS:
        return Finding(
            "reply_held",
            "held",
            f"a true reply is held back: the model wrote for {seen.took_there:.1f} s, and it arrived within "
            f"{seen.took_here:.1f} s; {first}",
        )
    if seen.took_there < SHORT_REPLY_SECONDS:
        return Finding("reply_short", "note", f"the reply was too short to be sure of it; {first}")
    return Finding("reply_fine", "note", f"a true reply came in {seen.reads} reads; {first}")


def _notes(run: Run) -> Iterator[Finding]:
    """What holds nothing back by itself, and explains what does."""
    heard, begin = run.heard, run.arrivals.begin
    assert heard is not None
    assert begin is not None
    headers = heard.headers
    if "content-length" in headers:
        yield Finding("length", "note", "it gives the stream a Content-Length, so it had all of it first")
    elif "transfer-encoding" not in headers:
        yield Finding(
            "no_chunks", "note", f"it answers in HTTP/{heard.http} without chunks: a cut looks like an end"
        )
    if begin["request"]["http"] == "1.0":
        yield Finding("asks_in_1_0", "note", "it asks the server in HTTP/1.0")
    if "no-transform" not in headers.get("cache-control", ""):
        yield Finding("transform_gone", "note", "Cache-Control: no-transform does not come through it")
    if "x-accel-buffering" not in headers:
        yield Finding(
            "accel_gone",
            "note",
            "X-Accel-Buffering does not come through it (nginx obeys it and keeps it): a second nginx in "
            "front would not know",
        )
