"""One streamed call: sent, and sent again where that may help, until the provider answers.

With the SDK's address and headers, but not by its `create`, which walks types and makes models of what is
known here: that is two thirds of what a call costs (benchmarks/call_steps.py).
"""

import asyncio
import random
from contextlib import suppress
from typing import Any

import msgspec

from chat.upstream import errors
from chat.upstream.calls import Answer, Calls
from chat.upstream.closing import closed
from chat.upstream.request import Request

AGAIN = (408, 409, 429)
"""Answers after which the same call may succeed, as OpenAI's clients hold it; and all from 500 on."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 8.0
PATIENCE_SECONDS = 5.0
"""The longest wait that a provider may ask for. Beyond it the user is told, and decides."""
MAX_REASON_BYTES = 64 * 1024
"""Of a refusal's body."""


async def answer_to(calls: Calls, request: Request, attempts: int) -> Answer:
    """The provider's answer once its head is there. Whoever gets it closes it.

    Raises `errors.Refusal` for an answer that is none, and what `errors.sdk_errors` names.
    """
    body = msgspec.json.encode(_body(request))
    attempt = 0
    while True:
        attempt += 1
        try:
            answer = await calls.post(body)
        except errors.unreached():
            if attempt >= attempts:
                raise
            pause = _pause(attempt)
        else:
            if 200 <= answer.status < 300:
                return answer
            try:
                wanted = _pause_after(answer, attempt)
                if wanted is None or attempt >= attempts:
                    raise errors.Refusal(answer.status, await _reason(answer), answer.headers)
                pause = wanted
            finally:
                await closed(answer.aclose())
        await asyncio.sleep(pause)


def _body(request: Request) -> dict[str, Any]:
    usage = {"stream_options": {"include_usage": True}} if request.include_usage else {}
    ours = {"model": request.model, "messages": request.messages, "stream": True}
    return ours | usage | request.params


def _pause(attempt: int) -> float:
    """Seconds before the next attempt: longer each time, and not the same for all that failed at once."""
    longest: float = min(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1), LONGEST_PAUSE_SECONDS)
    return longest * random.uniform(0.75, 1)  # noqa: S311 (a secret it is not)


def _pause_after(answer: Answer, attempt: int) -> float | None:
    """The same after an answer; None where another attempt would be in vain, or is not wanted so soon."""
    asked = errors.retry_after(answer.headers)
    if asked is not None and asked > PATIENCE_SECONDS:
        return None
    told = answer.headers.get("x-should-retry")
    wanted = answer.status in AGAIN or answer.status >= 500
    if told == "false" or (told != "true" and not wanted):
        return None
    return asked or _pause(attempt)


async def _reason(answer: Answer) -> object:
    """What a refusal says, as far as it can be read: OpenAI's `error`, or all of it."""
    body = bytearray()
    with suppress(*errors.sdk_errors()):
        while (read := await answer.read()) and len(body) <= MAX_REASON_BYTES:
            body += read
    try:
        told = msgspec.json.decode(body)
    except ValueError:
        return body.decode(errors="replace")
    return told.get("error", told) if isinstance(told, dict) else told
