"""What the tests of the upstream say to it: one call with a script, and what became of it."""

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from chat.chunks import Chunk
from chat.errors import ChatError
from chat.upstream import Call, Upstream

Connect = Callable[..., Awaitable[Upstream]]
"""The fixture `connect`: makes an upstream with one connection."""


def call(
    content: str = "Hello", *, params: dict[str, Any] | None = None, user: str = "alice", **script: Any
) -> Call:
    """A call whose answer is scripted by the keywords."""
    text = f"{content} script:{json.dumps(script)}" if script else content
    return Call("scripted", ({"role": "user", "content": text},), params or {}, user)


class Heard:
    """All that one call brought: its chunks, and the error that it ended with, if any."""

    def __init__(self, chunks: list[Chunk], error: ChatError | None) -> None:
        self.chunks = chunks
        self.error = error
        self.text = "".join(chunk.text for chunk in chunks)
        self.reasoning = "".join(chunk.reasoning for chunk in chunks)
        self.finish_reason = next((chunk.finish_reason for chunk in chunks if chunk.finish_reason), None)
        self.usage = next((chunk.usage for chunk in chunks if chunk.usage), None)
        self.notices = [chunk.notice for chunk in chunks if chunk.notice]
        self.places = [chunk.place for chunk in chunks if chunk.place is not None]


async def hear(upstream: Upstream, asked: Call) -> Heard:
    """Read one call to its end."""
    chunks: list[Chunk] = []
    try:
        await upstream.ask(asked, chunks.extend)
    except ChatError as error:
        return Heard(chunks, error)
    return Heard(chunks, None)


class Left(Exception):
    """Whoever listened has heard enough."""


def leave_at_text(chunks: Sequence[Chunk]) -> None:
    if any(chunk.text for chunk in chunks):
        raise Left


async def read_one(upstream: Upstream, asked: Call) -> None:
    """Read until the first text, and leave."""
    with suppress(Left):
        await upstream.ask(asked, leave_at_text)
