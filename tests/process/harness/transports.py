"""SSE, NDJSON and WebSocket behind one set of verbs: one suite holds all three to the same promises."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

import aiohttp
from process.harness.calls import Api, Refused
from process.harness.reading import Event, Reading
from process.harness.sockets import Socket
from process.harness.sse_lines import SseLines
from process.harness.waiting import PATIENCE


class Stream:
    """The events of one reply as one client gets them."""

    def __init__(
        self,
        events: AsyncIterator[Event],
        reading: Reading,
        cut: Callable[[], None],
        lines: SseLines | None = None,
    ) -> None:
        self._events = events
        self.reading = reading
        self.cut = cut
        """Drop the TCP connection, without a word."""
        self.lines = lines

    async def next(self) -> Event | None:
        """The next event; None when the stream is over."""
        async with asyncio.timeout(PATIENCE):
            event = await anext(self._events, None)
        if event is not None:
            self.reading.take(event)
        return event

    async def until(self, reached: Callable[[Reading], object]) -> Reading:
        """Read until that is true of the reading."""
        while not reached(self.reading):
            event = await self.next()
            assert event is not None, f"the stream ended before that, with {self.reading}"
        return self.reading

    async def words(self, count: int) -> Reading:
        """Read so many whole words."""
        return await self.until(lambda reading: reading.text.count(" ") >= count)

    async def started(self) -> str:
        """Read up to `start`; the reply's id."""
        await self.until(lambda reading: reading.of_type("start"))
        reply: str = self.reading.start["reply"]
        return reply

    async def rest(self) -> Reading:
        """Read to the end, which must be the last thing that comes."""
        await self.until(lambda reading: reading.ended)
        after = await self.next()
        assert after is None, f"after the end: {after}"
        return self.reading


class Transport(Protocol):
    """The verbs of the interface, over one kind of connection."""

    name: str
    repeats_end: bool
    """Whether who follows from the very end is told the end once more, or that there is nothing."""

    def ask(self, content: str, **fields: Any) -> contextlib.AbstractAsyncContextManager[Stream]: ...

    def again(
        self, verb: str, message: str, **fields: Any
    ) -> contextlib.AbstractAsyncContextManager[Stream]: ...

    def follow(
        self, reply: str, reading: Reading | None = None, **fields: Any
    ) -> contextlib.AbstractAsyncContextManager[Stream]: ...

    async def stop(self, reply: str) -> dict[str, Any]: ...


class OverHttp:
    """SSE or NDJSON: a request for each stream."""

    repeats_end = False

    def __init__(self, api: Api, name: str) -> None:
        self.api = api
        self.name = name
        self._accept = {"sse": "text/event-stream", "ndjson": "application/x-ndjson"}[name]

    def ask(self, content: str, **fields: Any) -> contextlib.AbstractAsyncContextManager[Stream]:
        return self._stream("POST", "chat", {"content": content, **fields})

    def again(self, verb: str, message: str, **fields: Any) -> contextlib.AbstractAsyncContextManager[Stream]:
        return self._stream("POST", f"messages/{message}/{verb}", fields)

    def follow(
        self, reply: str, reading: Reading | None = None, **fields: Any
    ) -> contextlib.AbstractAsyncContextManager[Stream]:
        return self._stream("GET", f"messages/{reply}/stream", None, reading, **fields)

    def call_again(
        self, path: str, body: Any, reading: Reading
    ) -> contextlib.AbstractAsyncContextManager[Stream]:
        """The same POST once more, with the last id: it resumes, and asks nothing."""
        return self._stream("POST", path, body, reading)

    async def stop(self, reply: str) -> dict[str, Any]:
        return await self.api.stop(reply)

    @contextlib.asynccontextmanager
    async def _stream(
        self, method: str, path: str, body: Any, reading: Reading | None = None, **query: Any
    ) -> AsyncIterator[Stream]:
        reading = reading or Reading()
        headers = {"Accept": self._accept}
        if reading.last_id:
            headers["Last-Event-ID"] = reading.last_id
        if body and "render" in body:
            query["render"] = body.pop("render")
        async with self.api.open(method, path, body, headers=headers, params=query) as response:
            if response.status >= 400:
                raise Refused((await response.json())["error"], response.status, response.headers)
            assert response.status in (200, 204), response.status
            if response.status == 200:
                assert response.headers["Content-Type"].startswith(self._accept), response.headers
            lines = SseLines() if self.name == "sse" else None
            events = sse_events(response, lines) if lines else ndjson_events(response)
            yield Stream(events, reading, response.close, lines)


class OverSocket:
    """WebSocket: a socket for each stream, as a client that has only one would use it."""

    name = "websocket"
    repeats_end = True

    def __init__(self, api: Api) -> None:
        self.api = api

    def ask(self, content: str, **fields: Any) -> contextlib.AbstractAsyncContextManager[Stream]:
        return self._stream({"type": "send", "content": content, **fields})

    def again(self, verb: str, message: str, **fields: Any) -> contextlib.AbstractAsyncContextManager[Stream]:
        return self._stream({"type": verb, "message": message, **fields})

    def follow(
        self, reply: str, reading: Reading | None = None, **fields: Any
    ) -> contextlib.AbstractAsyncContextManager[Stream]:
        frame = {"type": "follow", "reply": reply, **fields}
        if reading and reading.last_id:
            frame["last_event_id"] = reading.last_id
        return self._stream(frame, reading)

    async def stop(self, reply: str) -> dict[str, Any]:
        async with Socket.open(self.api.url, self.api.headers) as socket:
            ack = await socket.answer({"type": "stop", "reply": reply})
            message: dict[str, Any] = ack["message"]
            return message

    @contextlib.asynccontextmanager
    async def _stream(self, frame: dict[str, Any], reading: Reading | None = None) -> AsyncIterator[Stream]:
        async with Socket.open(self.api.url, self.api.headers) as socket:
            first = await socket.answer(frame)
            if first["type"] == "error":
                raise Refused(first["error"])
            started = first if first["type"] == "start" else None
            reading = reading or Reading()
            yield Stream(socket_events(socket, started), reading, socket.cut)


def over(api: Api, name: str) -> Transport:
    """That caller over `sse`, `ndjson` or `websocket`."""
    return OverSocket(api) if name == "websocket" else OverHttp(api, name)


async def sse_events(response: aiohttp.ClientResponse, lines: SseLines) -> AsyncIterator[Event]:
    async for data in whole_chunks(response):
        for event in lines.feed(data):
            yield event


async def ndjson_events(response: aiohttp.ClientResponse) -> AsyncIterator[Event]:
    rest = b""
    async for data in whole_chunks(response):
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            event = json.loads(line)
            if event["type"] != "ping":
                yield event


async def whole_chunks(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """The chunks as the server wrote them; none may end inside a character. A cut ends them.

    Not the empty one that ends the body, which aiohttp tells where it comes by itself. Behind nginx they are
    as its buffers were filled.
    """
    proxied = response.headers.get("Server", "").startswith("nginx")
    if response.status == 204:  # aiohttp gives the empty body of a second one no end
        return
    chunk = b""
    with contextlib.suppress(aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
        async for data, complete in response.content.iter_chunks():
            chunk += data
            if complete and chunk:
                if not proxied:
                    chunk.decode("utf-8", "strict")
                yield chunk
                chunk = b""


async def socket_events(socket: Socket, start: Event | None) -> AsyncIterator[Event]:
    """The events of the one reply, up to its end."""
    event = start or await socket.event()
    while event is not None:
        event.pop("ref", None)
        yield event
        if event["type"] == "end":
            return
        event = await socket.event()
