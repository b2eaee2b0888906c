"""The outermost wrapper: gives each request its id, times it, counts what is open, and notes its end.

It looks at the head of an answer; what follows passes by.
"""

import logging
import time
from typing import Final

from django.conf import settings

from chat.log_marks import REQUEST
from chat.metrics import requests
from chatsite.asgi_types import App, Message, Receive, Scope, Send
from chatsite.proxies import believed
from chatsite.watching.request_ids import HEADER, request_id

access = logging.getLogger("chat.access")

OF_MACHINES: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Answered by `Probes`."""
_EDGES: Final = (
    ("/api/v1/live", "live"),
    ("/api/", "api"),
    ("/v1/", "openai"),
    ("/admin/", "admin"),
    ("/static/", "static"),
)
_STREAMS: Final = {b"text/event-stream": "sse", b"application/x-ndjson": "ndjson", b"text/plain": "text"}


class Watched:
    """Of HTTP and WebSocket. What machines ask every few seconds is neither counted nor noted."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"] in OF_MACHINES:
            return await self.app(scope, receive, send)
        seen = _Seen(scope, send)
        token = REQUEST.set(seen.id)
        try:
            await self.app(scope, receive, seen.send)
        finally:
            seen.over()
            REQUEST.reset(token)


class _Seen:
    """One request or socket, from its beginning to its end."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.id = request_id(scope)
        self._scope = scope
        self._send = send
        self._begun = time.perf_counter()
        self._status: int | None = None
        self._stream: tuple[str, str] | None = None
        self._is_socket = scope["type"] == "websocket"
        if self._is_socket:
            requests.sockets["websocket"] += 1

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message = self._head(message)
        elif message["type"] == "websocket.accept":
            self._status = 101
            message = self._marked(message)
        await self._send(message)

    def _head(self, message: Message) -> Message:
        headers = list(message.get("headers", ()))
        edge, status = _edge(self._scope["path"]), int(message["status"])
        self._status = status
        if (form := _form(headers)) is not None and status == 200:
            self._stream = (edge, form)
            requests.streams[self._stream] += 1
        requests.answered(edge, status, time.perf_counter() - self._begun)
        return self._marked(message)

    def _marked(self, message: Message) -> Message:
        return {**message, "headers": [*message.get("headers", ()), (HEADER, self.id.encode())]}

    def over(self) -> None:
        if self._stream is not None:
            requests.streams[self._stream] -= 1
        if self._is_socket:
            requests.sockets["websocket"] -= 1
        elif self._status is None:
            requests.answered(_edge(self._scope["path"]), None, time.perf_counter() - self._begun)
        # The servers' own access logs are text: with JSON these lines stand for them.
        if settings.CHAT_LOG_FORMAT == "json":
            self._note()

    def _note(self) -> None:
        scope = self._scope
        client = believed(scope).get("client")
        access.info(
            "%s %s",
            scope.get("method", "WEBSOCKET"),
            _address(scope),
            extra={
                "status": self._status,
                "seconds": round(time.perf_counter() - self._begun, 4),
                "client": client[0] if client else None,
            },
        )


def _address(scope: Scope) -> str:
    query = scope.get("query_string", b"")
    path: str = scope["path"]
    return path + (f"?{query.decode('latin1')}" if query else "")


def _edge(path: str) -> str:
    return next((edge for start, edge in _EDGES if path.startswith(start)), "page")


def _form(headers: list[tuple[bytes, bytes]]) -> str | None:
    """Which form of stream these headers begin; None where they tell a length."""
    kind = None
    for name, value in headers:
        match name.lower():
            case b"content-length":
                return None
            case b"content-type":
                kind = _STREAMS.get(value.partition(b";")[0].strip())
    return kind
