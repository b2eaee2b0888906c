"""A verdict as lines for people, or as an object for programs. Pure; neither knows the key."""

from collections.abc import Iterator
from typing import Any, Final

from chat.management.probing.hop import Hop, Run
from chat.management.probing.verdict import Judged, Verdict

_NAMES: Final = {
    "plain": "asked for as it is",
    "compressed": "asked for with gzip",
    "silent": "with a silence",
    "large": "with more bytes",
}
_MARKS: Final = {"held": "✗", "unknown": "?", "note": "·"}
_HEADERS: Final = (
    "server",
    "via",
    "x-powered-by",
    "content-type",
    "content-encoding",
    "content-length",
    "transfer-encoding",
    "cache-control",
    "x-accel-buffering",
    "age",
)


def lines(verdict: Verdict) -> Iterator[str]:
    for number, judged in enumerate(verdict.hops, 1):
        yield f"Hop {number}: {judged.hop.target.url}"
        yield from (f"  {line}" for line in _of_hop(judged))
        yield ""
    yield verdict.says
    if verdict.mend:
        yield f"What mends it: {verdict.mend}."


def _of_hop(judged: Judged) -> Iterator[str]:
    hop = judged.hop
    for run in hop.runs:
        if run.is_stream:
            yield f"{_NAMES[run.asked]:<20} {_measured(run)}"
    if hop.socket is not None and hop.socket.slowest is not None:
        yield f"{'WebSocket':<20} answers within {hop.socket.slowest * 1000:.0f} ms"
    for told in judged.told:
        yield f"{_MARKS[told.finding.kind]} {told.finding.says}"
        if told.mend and told.finding.kind != "note":
            yield f"  mend it: {told.mend}"


def _measured(run: Run) -> str:
    seen, heard = run.arrivals, run.heard
    assert heard is not None
    first = (seen.pieces[0].at - heard.asked) * 1000
    lumps = "one lump" if seen.lumps == 1 else f"{seen.lumps} lumps"
    # The last word comes right after the last piece.
    how = "one by one" if seen.lumps >= len(seen.pieces) - 1 else f"in {lumps}"
    return (
        f"first piece after {first:.0f} ms; {len(seen.pieces)} pieces {how}; "
        f"late by {seen.usually_late * 1000:.0f} ms mostly, {seen.longest_late * 1000:.0f} ms at most"
    )


def as_dict(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.answer,
        "hop": verdict.at,
        "says": verdict.says,
        "mend": verdict.mend,
        "hops": [_hop_dict(judged.hop, judged) for judged in verdict.hops],
    }


def _hop_dict(hop: Hop, judged: Judged) -> dict[str, Any]:
    socket = hop.socket
    return {
        "url": hop.target.url,
        "verdict": judged.answer,
        "findings": [
            {
                "code": told.finding.code,
                "kind": told.finding.kind,
                "says": told.finding.says,
                "mend": told.mend,
            }
            for told in judged.told
        ],
        "runs": [_run_dict(run) for run in hop.runs],
        "websocket": None if socket is None else {"opened": socket.opened, "slowest": socket.slowest},
        "reply": None
        if hop.reply is None
        else {
            "first_token": hop.reply.first_token,
            "waited": hop.reply.waited,
            "took_here": hop.reply.took_here,
            "took_there": hop.reply.took_there,
        },
    }


def _run_dict(run: Run) -> dict[str, Any]:
    heard, seen = run.heard, run.arrivals
    if heard is None:
        return {"asked": run.asked, "status": None, "why": run.why}
    return {
        "asked": run.asked,
        "status": heard.status,
        "http": heard.http,
        "headers": {name: heard.headers[name] for name in _HEADERS if name in heard.headers},
        "headers_after": heard.headers_at - heard.asked,
        "took": heard.over_at - heard.asked,
        "bytes": heard.size,
        "reads": len(heard.reads),
        "lumps": seen.lumps if seen.pieces else 0,
        "whole": seen.is_over,
        "request_arrived_as": (seen.begin or {}).get("request"),
        "pieces": [
            {"sent": piece.sent, "arrived": piece.at, "late": round(piece.late, 4)} for piece in seen.pieces
        ],
    }
