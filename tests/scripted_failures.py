"""How the scripted provider fails.

How it fails (`fail`): in the middle after `after` pieces (default 2), and only in the first `times`
requests of this script (default: all)
    status        answer with `status` (default 500), `error` (the body's error), `retry_after` (header)
    reject        answer 400 naming the first of `params` that the request has; with none of them all is well
    refuse        close the connection without an answer
    hang          never answer, not even with headers
    cut, reset    close in the middle of the body, the second with a TCP reset
    stall         send no more, keep the connection
    no-finish     end properly without a finish reason
    empty         a stream without a body
    html          200 with a page
    json          ignore `stream: true`: one chat.completion
    json-error    200 with a JSON error
    malformed     a frame that is not JSON
    half-character   end inside a UTF-8 character
    endless-line  a line that never ends
    error-frame   `data: {"error": …}` in the stream (`error`)
"""

from typing import Any

from scripted_frames import Frames
from scripted_http import Line

ENDLESS = 64 * 1024 * 1024
"""Bytes of a line that never ends: more than anybody should read."""


class Hangup(Exception):
    """The script closes the connection itself; `reset` does it the hard way."""

    def __init__(self, *, reset: bool = False) -> None:
        self.reset = reset


async def in_place_of_an_answer(
    line: Line, fail: str | None, script: dict[str, Any], body: dict[str, Any]
) -> bool:
    """Whether it was done."""
    if fail == "hang":
        await line.pause(None)
    elif fail == "refuse":
        raise Hangup
    elif fail == "status":
        status = script.get("status", 500)
        error = script.get(
            "error", {"message": f"Scripted failure {status}", "type": "server_error", "code": None}
        )
        headers = {"Retry-After": str(script["retry_after"])} if "retry_after" in script else {}
        await line.answer(status, {"error": error}, headers=headers)
    elif fail == "reject":
        name = next(name for name in script["params"] if name in body)
        error = {
            "message": script.get("error", f"Unsupported parameter: '{name}'"),
            "param": name,
            "code": "unsupported_parameter",
        }
        await line.answer(400, {"error": error})
    elif fail == "html":
        await line.answer(200, "<!doctype html><title>Welcome</title><p>It works!", content_type="text/html")
    elif fail == "json-error":
        await line.answer(200, {"error": script.get("error", {"message": "Scripted failure", "code": 500})})
    else:
        return False
    return True


async def in_the_middle(line: Line, fail: str, frames: Frames, script: dict[str, Any]) -> None:
    """After what was sent; returns where the stream is to end as it would have."""
    if fail in ("cut", "reset"):
        raise Hangup(reset=fail == "reset")
    if fail == "stall":
        await line.pause(None)
    elif fail == "malformed":
        await line.send(b'data: {"choices": [{"delta": {"content": "ha' + frames.eol * 2, script)
    elif fail == "error-frame":
        error = script.get("error", {"message": "Scripted failure", "type": "server_error", "code": 500})
        await line.send(frames.event({"error": error}), script)
    elif fail == "half-character":
        character = "世".encode()
        before, _, _ = frames.delta("text", "世").partition(character)
        await line.send(before + character[:2], script)
        await line.end()
        raise Hangup
    elif fail == "endless-line":
        await line.send(b"data: ", script)
        for _ in range(ENDLESS // 65536):
            await line.send(b"x" * 65536, {})
