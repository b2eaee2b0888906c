"""A client of the socket, speaking to the consumer as a server would."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator

from chat.ws.urls import websocket_urlpatterns

Headers = list[tuple[bytes, bytes]]
HOST = (b"host", b"testserver")
PATIENCE = 5.0


def bearer(key: str) -> Headers:
    return [(b"authorization", f"Bearer {key}".encode())]


class SocketClient:
    def __init__(
        self,
        headers: Headers | None = None,
        subprotocols: list[str] | None = None,
        path: str = "/ws/chat/",
        address: str | None = None,
    ) -> None:
        self._server = WebsocketCommunicator(
            URLRouter(websocket_urlpatterns), path, [HOST, *(headers or [])], subprotocols
        )
        if address is not None:
            self._server.scope["client"] = (address, 50000)
        self._open = False

    async def connect(self) -> str | None:
        """Open the socket; the subprotocol that the server chose."""
        accepted: bool
        subprotocol: str | None
        accepted, subprotocol = await self._server.connect(PATIENCE)
        assert accepted
        self._open = True
        return subprotocol

    async def say(self, text: str | None = None, /, **frame: Any) -> None:
        """Send a frame, or a text as it stands."""
        await self._server.send_input(
            {"type": "websocket.receive", "text": json.dumps(frame) if text is None else text}
        )

    async def say_bytes(self, data: bytes) -> None:
        await self._server.send_input({"type": "websocket.receive", "bytes": data})

    async def hear(self) -> dict[str, Any]:
        """The next frame."""
        frame: dict[str, Any] = await self._server.receive_json_from(PATIENCE)
        return frame

    async def hear_until(self, kind: str) -> list[dict[str, Any]]:
        """The frames up to the first of this type."""
        frames = [await self.hear()]
        while frames[-1]["type"] != kind:
            frames.append(await self.hear())
        return frames

    async def hears_nothing(self) -> bool:
        return bool(await self._server.receive_nothing(0.05))

    async def ask(self, content: str = "Hi", **fields: Any) -> dict[str, Any]:
        """Ask, and hear the `start`."""
        await self.say(type="send", content=content, **fields)
        start = await self.hear()
        assert start["type"] == "start", start
        return start

    async def hear_text(self, length: int) -> str:
        """Join deltas until so much text has come, checking each offset. Begins at 0."""
        text = ""
        while len(text) < length:
            frame = await self.hear()
            assert frame["type"] == "delta", frame
            assert frame["offset"] == len(text)
            text += frame["text"]
        return text

    async def hear_close(self) -> int:
        """The code that the server closes with; nothing else may come before."""
        message = await self._server.receive_output(PATIENCE)
        assert message["type"] == "websocket.close", message
        return int(message["code"])

    async def close(self) -> None:
        """Close it, and wait until the consumer has let go of everything."""
        if self._open:
            self._open = False
            await self._server.disconnect(timeout=PATIENCE)


OpenSocket = Callable[..., Awaitable[SocketClient]]
"""A fixture: opens a socket, Alice's or, with a key, another user's."""
