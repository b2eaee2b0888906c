"""A client of the WebSocket: frames as JSON, and a cut that no closing handshake announces."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import websockets
from process.harness.waiting import PATIENCE
from websockets.asyncio.client import ClientConnection
from websockets.typing import Subprotocol

Frame = dict[str, Any]


class Socket:
    """One open socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._refs = 0

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls, url: str, headers: Mapping[str, str] | None = None, subprotocols: Sequence[str] = ("chat.v1",)
    ) -> AsyncIterator["Socket"]:
        """Connect; leaving closes it, at the latest after a second."""
        async with websockets.connect(
            url.replace("http", "ws", 1) + "/ws/chat/",
            additional_headers=dict(headers or {}),
            subprotocols=[Subprotocol(name) for name in subprotocols],
            max_size=None,
            ping_interval=None,
            close_timeout=1,
            open_timeout=PATIENCE,
        ) as connection:
            yield cls(connection)

    async def send(self, frame: Frame) -> None:
        await self.connection.send(json.dumps(frame))

    async def event(self) -> Frame | None:
        """The next frame; None when the socket has closed."""
        try:
            async with asyncio.timeout(PATIENCE):
                text = await self.connection.recv()
        except websockets.ConnectionClosed:
            return None
        assert isinstance(text, str), "every frame is text"
        frame: Frame = json.loads(text)
        return frame

    async def next_of(self, *kinds: str) -> Frame:
        """The next frame of one of these types; the others are let go."""
        while True:
            frame = await self.event()
            assert frame is not None, f"closed with {self.close_code} before {kinds}"
            if frame["type"] in kinds:
                return frame

    async def answer(self, frame: Frame) -> Frame:
        """Send it with a `ref`; the `start`, `ack` or `error` that answers it."""
        self._refs += 1
        ref = f"ref-{self._refs}"
        await self.send({**frame, "ref": ref})
        while True:
            answer = await self.next_of("start", "ack", "error")
            if answer.get("ref") == ref:
                return answer

    async def admitted(self) -> None:
        """Wait until the server has let it in: it accepts every socket first."""
        await self.send({"type": "ping"})
        await self.next_of("pong")

    async def closed(self) -> int | None:
        """The close code, once the server has closed it."""
        async with asyncio.timeout(PATIENCE):
            await self.connection.wait_closed()
        return self.close_code

    @property
    def close_code(self) -> int | None:
        return self.connection.close_code

    def cut(self) -> None:
        """Drop the TCP connection."""
        self.connection.transport.abort()
