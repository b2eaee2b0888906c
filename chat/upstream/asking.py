"""One streamed call: sent, and sent again where that may help, until the provider answers.

By the SDK's HTTP client and with its headers, but not by its `create`, which walks types and makes models of
what is known here: that is more than half of what a call costs (benchmarks/call_steps.py).
"""

import asyncio
import random
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec

from chat.upstream import errors
from chat.upstream.client import Line
from chat.upstream.closing import closed
from chat.upstream.request import Request

if TYPE_CHECKING:
    import httpx2

AGAIN = (408, 409, 429)
"""Answers after which the same call may succeed, as OpenAI's clients hold it; and all from 500 on."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 8.0
PATIENCE_SECONDS = 5.0
"""The longest wait that a provider may ask for. Beyond it the user is told, and decides."""
MAX_REASON_BYTES = 64 * 1024
"""Of a refusal's body."""


async def answer_to(line: Line, request: Request, attempts: int) -> "httpx2.Response":
    """The provider's answer once its head is there. Whoever gets it closes it.

    Raises `errors.Refusal` for an answer that is none, and what `errors.sdk_errors` names.
    """
    import httpx2

    body = msgspec.json.encode(_body(request))
    attempt = 0
    while True:
        attempt += 1
        sent = httpx2.Request(
            "POST", line.completions, headers=line.headers, content=body, extensions=line.extensions
        )
        try:
            response = await line.http.send(sent, stream=True)
        except httpx2.TransportError:
            if attempt >= attempts:
                raise
            pause = _pause(attempt)
        else:
            if response.is_success:
                return response
            try:
                wanted = _pause_after(response, attempt)
                if wanted is None or attempt >= attempts:
                    raise errors.Refusal(response.status_code, await _reason(response), response.headers)
                pause = wanted
            finally:
                await closed(response.aclose())
        await asyncio.sleep(pause)


def _body(request: Request) -> dict[str, Any]:
    usage = {"stream_options": {"include_usage": True}} if request.include_usage else {}
    ours = {"model": request.model, "messages": request.messages, "stream": True}
    return ours | usage | request.params


def _pause(attempt: int) -> float:
    """Seconds before the next attempt: longer each time, and not the same for all that failed at once."""
    longest: float = min(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1), LONGEST_PAUSE_SECONDS)
    return longest * random.uniform(0.75, 1)  # noqa: S311 (a secret it is not)


def _pause_after(response: "httpx2.Response", attempt: int) -> float | None:
    """The same after an answer; None where another attempt would be in vain, or is not wanted so soon."""
    asked = errors.retry_after(response.headers)
    if asked is not None and asked > PATIENCE_SECONDS:
        return None
    told = response.headers.get("x-should-retry")
    wanted = response.status_code in AGAIN or response.status_code >= 500
    if told == "false" or (told != "true" and not wanted):
        return None
    return asked or _pause(attempt)


async def _reason(response: "httpx2.Response") -> object:
    """What a refusal says, as far as it can be read: OpenAI's `error`, or all of it."""
    body = bytearray()
    with suppress(*errors.sdk_errors()):
        async for read in response.aiter_bytes():
            body += read
            if len(body) > MAX_REASON_BYTES:
                break
    try:
        told = msgspec.json.decode(body)
    except ValueError:
        return body.decode(errors="replace")
    return told.get("error", told) if isinstance(told, dict) else told
