"""A server that says what a test wrote, and a line that loses an answer: what no real one does when asked."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Write = Callable[[web.Request], Any]


def block(event: dict[str, Any], id_: str | None = None) -> str:
    """An event as the server writes it over SSE."""
    named = "" if id_ is None else f"id: {id_}\n"
    return f"data: {json.dumps(event)}\n{named}\n"


@dataclass(frozen=True, slots=True)
class Held:
    """The beginning of a stream, after which nothing comes."""

    text: str


@dataclass(slots=True)
class Scripted:
    """What is answered, one after the other; the last answer is also that to all further calls."""

    answers: list["web.Response | Held"]
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """Method, path and headers of each call."""
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path, dict(request.headers)))
        given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(given, Held):
            held = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await held.prepare(request)
            await held.write(given.text.encode())
            await asyncio.Event().wait()
        assert isinstance(given, web.Response)
        return web.Response(body=given.body, status=given.status, headers=given.headers)


@contextlib.asynccontextmanager
async def answering(*answers: web.Response | Held) -> AsyncIterator[Scripted]:
    """A server of these answers."""
    scripted = Scripted(list(answers))
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", scripted.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    scripted.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield scripted
    finally:
        await runner.cleanup()


def stream(*blocks: str) -> web.Response:
    return web.Response(text="".join(blocks), headers={"Content-Type": "text/event-stream"})


def refusing(status: int, message: str, **headers: str) -> web.Response:
    error = {"type": "invalid_request_error", "code": "scripted", "message": message, "param": None}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.json_response({"error": error}, status=status, headers=named)


@contextlib.asynccontextmanager
async def losing(target: int, sign: bytes) -> AsyncIterator[str]:
    """A line to that port of loopback that breaks, once, instead of passing on what has this sign in it."""
    open_ones: set[asyncio.Task[None]] = set()
    left = [1]

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, loses: bool) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                if loses and left[0] and sign in data:
                    left[0] -= 1
                    return
                writer.write(data)
                await writer.drain()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_ones.add(task)
        from_server, to_server = await asyncio.open_connection("127.0.0.1", target)
        ways = (
            asyncio.create_task(pass_on(reader, to_server, loses=False)),
            asyncio.create_task(pass_on(from_server, writer, loses=True)),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in (writer, to_server):
                end.transport.abort()
            await asyncio.wait(ways)
            open_ones.discard(task)

    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)
