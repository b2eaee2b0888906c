"""The built-in demo model: a transport under the official client, in place of a network.

Every byte takes the path of a real provider: parsing, errors, retries and cancellation are not the demo's.
Import it only to build a client: it needs httpx2.
"""

import asyncio
import random
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import msgspec

from chat.upstream import demo_faults, demo_replies
from chat.upstream.connections import DEMO_MODEL
from chat.upstream.demo_faults import Steering

ID = "chatcmpl-demo"
TITLE_SECONDS = 0.2
_TOKENS = re.compile(r"\s*[!-~]{1,5}|\s*[^\s!-~]{1,2}|\s+")
"""Cuts a text into pieces about as large as a model's tokens, and loses nothing."""


class DemoTransport(httpx2.AsyncBaseTransport):
    """Answers what a provider answers under its base URL."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/models"):
            return httpx2.Response(
                200, json={"object": "list", "data": [{"id": DEMO_MODEL, "object": "model"}]}
            )
        body: dict[str, Any] = msgspec.json.decode(await request.aread())
        if not body.get("stream"):
            return await _whole(body)
        question = demo_replies.question_in(body["messages"])
        partial = demo_replies.partial_in(body["messages"])
        # Whoever continues what a fault broke off wants the rest, not the fault again.
        steering = demo_faults.steering(question)
        fault = steering.fault if partial is None else None
        refusal = demo_faults.instead(fault, request)
        if refusal is not None:
            return refusal
        remarks = demo_replies.remarks_in(body["messages"])
        text, reasoning = _reply(question, partial, steering, remarks)
        return httpx2.Response(
            200,
            headers={"Content-Type": "text/event-stream; charset=utf-8"},
            stream=_Body(_frames(body, text, reasoning, steering, fault)),
            # Without it the SDK takes the connection for one of HTTP/1.1 and looks for more after `[DONE]`.
            extensions={"http_version": b"HTTP/2"},
        )


class _Body(httpx2.AsyncByteStream):
    """Can be read once, like a socket."""

    def __init__(self, frames: AsyncIterator[bytes]) -> None:
        self._frames = frames

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._frames


async def _whole(body: dict[str, Any]) -> httpx2.Response:
    """An answer that is not streamed: a title where one is asked for."""
    await asyncio.sleep(TITLE_SECONDS)
    question = demo_replies.question_in(body["messages"])
    system = " ".join(
        demo_replies.text_of(message) for message in body["messages"] if message.get("role") == "system"
    )
    wants_title = "title" in system.lower()
    text = demo_replies.title_of(question) if wants_title else demo_replies.replies_to(question)[0]
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = _usage(body, len(_TOKENS.findall(text)))
    return httpx2.Response(
        200, json={**_object(body, "chat.completion"), "choices": [choice], "usage": usage}
    )


def _reply(question: str, partial: str | None, steering: Steering, remarks: str) -> tuple[str, str]:
    variants = [demo_replies.long_reply(question)] if steering.long else demo_replies.replies_to(question)
    variants = [remarks + variant for variant in variants]
    if partial is not None:
        return demo_replies.rest_of(partial, variants), ""
    thinks = steering.think or demo_replies.asks_to_think(question)
    text = random.choice(variants)  # noqa: S311  # no secret: a regenerated reply is to look different
    return text, demo_replies.thoughts_on(question) if thinks else ""


async def _frames(
    body: dict[str, Any], text: str, reasoning: str, steering: Steering, fault: str | None
) -> AsyncIterator[bytes]:
    """The events at the steered pace; whatever is due goes in one write, as on a real network."""
    steps = list(_steps(body, text, reasoning, fault))
    loop = asyncio.get_running_loop()
    begun = loop.time() + steering.first_token
    sent = 0
    while sent < len(steps):
        await asyncio.sleep(begun + sent / steering.tokens_per_second - loop.time())
        due = int((loop.time() - begun) * steering.tokens_per_second) + 1
        yield b"".join(steps[sent : max(due, sent + 1)])
        sent = max(due, sent + 1)
    if fault in demo_faults.IN_STREAM:
        async for piece in demo_faults.fail_in_stream(fault):
            yield piece
    else:
        yield b"".join(_end(body, len(steps), fault))


def _steps(body: dict[str, Any], text: str, reasoning: str, fault: str | None) -> Iterator[bytes]:
    for piece in _TOKENS.findall(reasoning):
        yield _event(body, {"reasoning_content": piece})
    pieces = _TOKENS.findall(text)
    if fault in demo_faults.IN_STREAM or fault in demo_faults.FINISH_REASONS:
        pieces = pieces[: demo_faults.PIECES_BEFORE]
    for piece in pieces[: _max_tokens(body)]:
        yield _event(body, {"content": piece})


def _end(body: dict[str, Any], tokens: int, fault: str | None) -> Iterator[bytes]:
    full = _max_tokens(body)
    reason = "length" if full is not None and tokens >= full else "stop"
    yield _event(body, {}, demo_faults.FINISH_REASONS.get(fault or "", reason))
    if (body.get("stream_options") or {}).get("include_usage"):
        yield _data({**_object(body, "chat.completion.chunk"), "choices": [], "usage": _usage(body, tokens)})
    yield b"data: [DONE]\n\n"


def _max_tokens(body: dict[str, Any]) -> int | None:
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    return limit if isinstance(limit, int) else None


def _usage(body: dict[str, Any], completion: int) -> dict[str, int]:
    prompt = sum(len(_TOKENS.findall(demo_replies.text_of(message))) for message in body["messages"])
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _event(body: dict[str, Any], delta: dict[str, str], finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return _data({**_object(body, "chat.completion.chunk"), "choices": [choice]})


def _object(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": ID, "object": kind, "created": 0, "model": body.get("model")}


def _data(value: dict[str, Any]) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"
