"""Calling an ASGI application by hand: a scope, and what the server would receive."""

import asyncio
from typing import Any

from chatsite.asgi_types import App, Message, Scope


def http_scope(path: str = "/", *, method: str = "GET", client: str = "203.0.113.9", **headers: str) -> Scope:
    """Underscores in the headers' names stand for hyphens."""
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "query_string": b"",
        "scheme": "http",
        "client": (client, 50000),
        "server": ("127.0.0.1", 8000),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }


class Call:
    """One request under way. `leave` is the client going; `sent` is what has come back."""

    def __init__(self, app: App, scope: Scope, *body: bytes) -> None:
        self.sent: list[Message] = []
        self._queue: asyncio.Queue[Message] = asyncio.Queue()
        pieces = body or (b"",)
        for number, piece in enumerate(pieces, 1):
            more = number < len(pieces)
            self._queue.put_nowait({"type": "http.request", "body": piece, "more_body": more})
        self.task = asyncio.ensure_future(app(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        return await self._queue.get()

    async def _send(self, message: Message) -> None:
        self.sent.append(message)

    def unread(self) -> int:
        return self._queue.qsize()

    def leave(self) -> None:
        self._queue.put_nowait({"type": "http.disconnect"})

    async def done(self) -> "Call":
        async with asyncio.timeout(5):
            await self.task
        return self

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent[1:])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode().lower(): value.decode() for name, value in self.sent[0]["headers"]}


async def scope_seen(wrapper: Any, scope: Scope) -> Scope:
    """The scope as the application inside a wrapper sees it."""
    seen: list[Scope] = []

    async def app(scope: Scope, receive: object, send: object) -> None:
        seen.append(scope)

    await Call(wrapper(app), scope).done()
    return seen[0]
