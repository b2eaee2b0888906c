"""The words that steer the demo model, and the ways in which it fails like a provider."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import NoReturn

import httpx2
import msgspec

STATUSES = {
    400: ("invalid_request_error", "The demo model was asked to refuse the request."),
    401: ("invalid_request_error", "Incorrect API key provided."),
    429: ("rate_limit_error", "The demo model was asked to limit the rate."),
    500: ("server_error", "The demo model was asked to fail."),
}
RETRY_AFTER = 20
"""Seconds that the demo's 429 asks for."""
FINISH_REASONS = {"length": "length", "content-filter": "content_filter"}
"""Ends in the middle that are told by their finish reason, and are no failures."""
IN_STREAM = ("cut", "stall", "malformed", "half-character", "endless-line", "no-finish", "error-frame")
HUMAN_PACE = (40.0, 0.3)
"""Tokens a second, and seconds before the first: what a hosted model does."""
PACES = {"slow": (4.0, 1.0), "long": (5000.0, 0.0), "fast": (500.0, 0.0)}
PIECES_BEFORE = 30
"""What arrives before a fault in the middle of a reply."""
LINE_PIECE = b"x" * 65536

_WORDS = re.compile(r"\bdemo:\s*(?:(slow|fast|long|think)\b|(fail)\s+([\w-]+))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Steering:
    """How a message asks the demo model to behave."""

    tokens_per_second: float
    first_token: float
    """Seconds of silence before it."""
    long: bool
    think: bool
    fault: str | None


def steering(question: str) -> Steering:
    """What the words of the message say; words that mean nothing are left alone."""
    said = {(match[1] or match[2]).lower(): match[3] for match in _WORDS.finditer(question)}
    speed, first_token = next((pace for word, pace in PACES.items() if word in said), HUMAN_PACE)
    return Steering(
        speed, first_token, "long" in said, "think" in said, (said.get("fail") or "").lower() or None
    )


def instead(fault: str | None, request: httpx2.Request) -> httpx2.Response | None:
    """What is answered in place of a stream, if that is the fault. Raises for a refused connection."""
    if fault == "refuse":
        raise httpx2.ConnectError("The demo model was asked to refuse the connection.", request=request)
    if fault == "html":
        return httpx2.Response(
            200, headers={"Content-Type": "text/html"}, content=b"<!doctype html><h1>It works!</h1>"
        )
    if fault == "empty":
        return httpx2.Response(200, headers={"Content-Type": "text/event-stream"}, content=b"")
    if fault is None or not fault.isdecimal() or int(fault) not in STATUSES:
        return None
    kind, message = STATUSES[int(fault)]
    headers = {"Retry-After": str(RETRY_AFTER)} if fault == "429" else {}
    return httpx2.Response(
        int(fault), headers=headers, json={"error": {"message": message, "type": kind, "code": None}}
    )


async def fail_in_stream(fault: str) -> AsyncIterator[bytes]:
    """The bytes, and the silence, of a fault in the middle of a reply."""
    if fault == "cut":
        _cut()
    elif fault == "stall":
        await asyncio.Event().wait()
    elif fault == "malformed":
        yield b'data: {"choices": [{"delta": {"content": "bro\n\n'
    elif fault == "half-character":
        yield b'data: {"choices": [{"index": 0, "delta": {"content": "\xe4\xb8'
    elif fault == "error-frame":
        error = {
            "message": "The demo model was asked to fail.",
            "type": "server_error",
            "code": "server_error",
        }
        yield b"data: " + msgspec.json.encode({"error": error}) + b"\n\n"
    elif fault == "endless-line":
        yield b"data: "
        while True:
            yield LINE_PIECE
            await asyncio.sleep(0)


def _cut() -> NoReturn:
    raise httpx2.RemoteProtocolError("peer closed connection without sending complete message body")
