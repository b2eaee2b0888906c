"""The model that all servers of the suite ask: OpenAI's streaming format, each token stamped with its time.

`python upstream.py PORT MODEL…`. A model's name says what it does: `paced-RATE-COUNT` sends COUNT tokens,
RATE a second; `fast-COUNT` as fast as they are taken. A token's text is `@`, the nanoseconds of the monotonic
clock, which all processes of a machine share, and a space. The question's text names the request: by that
name `GET …/left` tells when its connection was closed before the end; reading it forgets them.

asyncio's protocols and nothing else: it must cost less than what is measured.
"""

import asyncio
import json
import sys
import time

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
EVENT = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"%s",'
    b'"choices":[{"index":0,%s}]}\n\n'
)
TOKEN = b'"delta":{"content":"@%d "},"finish_reason":null'
STOP = b'"delta":{},"finish_reason":"stop"'

left: dict[str, int] = {}
"""When the connection of a request was closed by its client, by the request's name."""


class Line(asyncio.Protocol):
    """A client's connection, kept for its next request."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._received = b""
        self._asks = ""
        self._stream: asyncio.Task[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._stream is not None and not self._stream.done():
            left[self._asks] = time.monotonic_ns()
            self._stream.cancel()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, rest = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
        length = int(fields.get(b"content-length", 0))
        if len(rest) < length:
            return
        body, self._received = rest[:length], rest[length:]
        path = head.split(b" ", 2)[1]
        if path.endswith(b"/chat/completions"):
            asked = json.loads(body)
            self._asks = str(asked["messages"][-1]["content"])
            self._stream = asyncio.ensure_future(self._answer(asked["model"]))
        elif path.endswith(b"/left"):
            self._tell(dict(left))
            left.clear()
        else:
            self._tell({"object": "list", "data": [{"id": name, "object": "model"} for name in sys.argv[2:]]})

    def _tell(self, value: object) -> None:
        body = json.dumps(value).encode()
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (len(body), body)
        )

    def _event(self, model: bytes, choice: bytes) -> None:
        event = EVENT % (model, choice)
        self._transport.write(b"%x\r\n%b\r\n" % (len(event), event))

    async def _answer(self, name: str) -> None:
        kind, *numbers = name.split("-")
        model = name.encode()
        self._transport.write(HEAD)
        if kind == "fast":
            for _ in range(int(numbers[0])):
                self._event(model, TOKEN % time.monotonic_ns())
                await self._writable.wait()
        else:
            await self._paced(model, 1 / float(numbers[0]), int(numbers[1]))
        self._event(model, STOP)
        self._transport.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")

    async def _paced(self, model: bytes, every: float, count: int) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        for number in range(count):
            late = began + number * every - clock()
            if late > 0:
                await asyncio.sleep(late)
            self._event(model, TOKEN % time.monotonic_ns())


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Line, "127.0.0.1", int(sys.argv[1]), backlog=2048)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
