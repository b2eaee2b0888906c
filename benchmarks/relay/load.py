"""Who asks: many clients in one event loop, which read bytes and find the stamps in them."""

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Final

from .servers import Server

STAMP: Final = re.compile(rb"@(\d+) ")
LONGEST: Final = 40
"""Bytes of a stamp that may still be cut at the end of what came."""


@dataclass(slots=True)
class Stream:
    """One reply, as its client saw it. Times in nanoseconds of the monotonic clock."""

    asked: int = 0
    first: int = 0
    delays: list[int] = field(default_factory=list)
    """From the upstream's write of a token to our read of it."""
    ended: bool = False

    @property
    def tokens(self) -> int:
        return len(self.delays)


class Body:
    """The body of an answer in chunks, without their framing: it may cut a stamp in two."""

    def __init__(self) -> None:
        self._rest = b""
        self._in_body = False

    def feed(self, piece: bytes) -> bytes:
        """What of the body this piece completes; heads and whole chunks only."""
        data = self._rest + piece
        if not self._in_body:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return b""
            self._in_body = True
        whole, place = [], 0
        while (line := data.find(b"\r\n", place)) >= 0:
            size = int(data[place:line], 16)
            if len(data) < line + 2 + size + 2:
                break
            whole.append(data[line + 2 : line + 2 + size])
            place = line + 2 + size + 2
        self._rest = data[place:]
        return b"".join(whole)


async def connect(server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", server.port, limit=1 << 20)


def request(server: Server, model: str, question: str, *, keep: bool = False) -> bytes:
    body = server.body(model, question)
    headers = {
        "Host": f"127.0.0.1:{server.port}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Accept": "text/event-stream",
        "Connection": "keep-alive" if keep else "close",
        **server.headers,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {server.path} HTTP/1.1\r\n{lines}\r\n".encode() + body


async def read_whole(server: Server, model: str, question: str) -> Stream:
    """Ask, and read to the end. Raises where the stream says that it failed, or ends without its end."""
    seen = Stream()
    reader, writer = await connect(server)
    seen.asked = time.monotonic_ns()
    writer.write(request(server, model, question))
    body = Body()
    rest = b""
    last = b""
    while piece := await reader.read(1 << 16):
        now = time.monotonic_ns()
        text = rest + body.feed(piece)
        stop = 0
        for match in STAMP.finditer(text):
            if not seen.first:
                seen.first = now
            seen.delays.append(now - int(match[1]))
            stop = match.end()
        rest = text[max(stop, len(text) - LONGEST) :]
        last = (last + piece)[-400:]
        if b"[DONE]" in last or b'"end"' in last:
            seen.ended = True
            if server.path.startswith("/v1"):
                break  # the upstream keeps its connections
    writer.close()
    if not seen.ended:
        raise RuntimeError(f"{server.name} broke off: {last!r}")
    return seen


async def read_all(server: Server, model: str, streams: int, name: str) -> list[Stream]:
    """So many at once, begun over a fifth of a second, as people come."""

    async def one(number: int) -> Stream:
        await asyncio.sleep(0.2 * number / streams)
        return await read_whole(server, model, f"{name} {number}")

    return await asyncio.gather(*(one(number) for number in range(streams)))
