"""HTTP/1.1 by hand, for a server that must be able to misbehave: the connection of a scripted upstream."""

import asyncio
import contextlib
import json
from typing import Any

JSON = "application/json"


class ClientGone(Exception):
    """The client closed its connection before the answer was complete."""


class Line:
    """One connection: requests in, answers out, and an eye on whether the client is still there."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._next: asyncio.Task[bytes] | None = None
        """The first byte of the next request, read ahead: an end of file there is the client's close."""

    async def request(self) -> tuple[str, str, dict[str, str], bytes] | None:
        first = await self._ahead()
        self._next = None
        if not first:
            return None
        try:
            head = first + await self._reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        start, *lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in filter(None, lines):
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        method, path, _ = start.split(" ", 2)
        return method, path, headers, body

    def _ahead(self) -> asyncio.Task[bytes]:
        if self._next is None:
            self._next = asyncio.create_task(self._reader.read(1))
        return self._next

    async def pause(self, seconds: float | None) -> None:
        """Wait so long, or for ever; raises `ClientGone` as soon as the client closes."""
        if seconds != 0:
            await self._or_gone(asyncio.sleep(seconds) if seconds else asyncio.Event().wait())

    async def wait_for(self, event: asyncio.Event) -> None:
        await self._or_gone(event.wait())

    async def _or_gone(self, waiting: Any) -> None:
        ahead, task = self._ahead(), asyncio.ensure_future(waiting)
        try:
            await asyncio.wait({ahead, task}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            task.cancel()
        self._check(ahead)

    async def close(self) -> None:
        if self._next is not None and not self._next.cancel():
            self._next.exception()
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    def _check(self, ahead: asyncio.Task[bytes]) -> None:
        if ahead.done() and (ahead.exception() is not None or not ahead.result()):
            raise ClientGone

    async def answer(
        self, status: int, body: Any, *, content_type: str = JSON, headers: dict[str, str] | None = None
    ) -> None:
        content = (body if isinstance(body, str) else json.dumps(body)).encode()
        fields = {"Content-Type": content_type, "Content-Length": str(len(content)), **(headers or {})}
        self._head(status, fields)
        self._writer.write(content)
        await self._writer.drain()

    async def begin(self, headers: dict[str, str]) -> None:
        self._head(
            200,
            {"Content-Type": "text/event-stream; charset=utf-8", "Transfer-Encoding": "chunked", **headers},
        )
        await self._writer.drain()

    def _head(self, status: int, fields: dict[str, str]) -> None:
        lines = [
            f"HTTP/1.1 {status} Scripted",
            *(f"{name}: {value}" for name, value in fields.items()),
            "",
            "",
        ]
        self._writer.write("\r\n".join(lines).encode("latin-1"))

    async def send(self, content: bytes, script: dict[str, Any]) -> None:
        if not content:
            return
        step = script.get("write") or len(content)
        for start in range(0, len(content), step):
            piece = content[start : start + step]
            self._writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await self._writer.drain()
            # Let the client read it by itself, and let its close be seen.
            await asyncio.sleep(0)
            self._check(self._ahead())

    async def end(self) -> None:
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()
