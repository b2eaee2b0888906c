"""What Daphne's WebSockets lack: headers, the close codes of servers, back-pressure both ways, calm.

Loaded once, before the server listens. Knows Daphne, Autobahn and Twisted, and nothing of ours but the valve.
"""

import asyncio
from typing import Any

from autobahn.websocket.types import ConnectionDeny
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from chatsite import daphne_valve
from chatsite.daphne_valve import Valve

MAX_WAITING = 1 << 20
"""Bytes that wait in a socket for its application, about: then the client has to wait."""
MIN_WEIGHT = 10 * 1024
"""What the smallest frame counts for, so that at most about 100 wait."""


class Socket(WebSocketProtocol):
    """Daphne's own, with eight things changed."""

    waiting = 0
    """Bytes that came since the application had last taken all."""
    held = False
    """Whether nothing more is read until it has taken all again."""

    def applicationCreateWorked(self, application_queue: "asyncio.Queue[Any]") -> None:  # noqa: N802
        # `_get` is what asyncio lets others replace; Daphne makes the queue itself, of the plain class.
        plain_get = application_queue._get

        def get() -> Any:
            message = plain_get()
            if application_queue.empty():
                self.waiting = 0
                self.let_in()
            return message

        application_queue._get = get  # type: ignore[method-assign]
        super().applicationCreateWorked(application_queue)

    def onConnect(self, request: Any) -> Any:  # noqa: N802
        # Whoever calls says no more than which address: the root is the settings'.
        request.headers.pop("daphne-root-path", None)
        # Daphne decodes it as ASCII: a 500 and a traceback in the log, by whoever wants them.
        if not request.headers.get("sec-websocket-protocol", "").isascii():
            raise ConnectionDeny(400, "Sec-WebSocket-Protocol is not ASCII")  # type: ignore[no-untyped-call]
        return super().onConnect(request)

    def handle_reply(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.accept":
            # Daphne's own accepts without the headers that the application gave.
            headers = {
                name.decode("latin1"): value.decode("latin1") for name, value in message.get("headers", ())
            }
            self.handshake_deferred.callback((message.get("subprotocol"), headers))
            del self.handshake_deferred
        else:
            super().handle_reply(message)

    def onOpen(self) -> None:  # noqa: N802 (Autobahn's name)
        super().onOpen()
        # Autobahn's default for a frame that is too large or no UTF-8 is to cut the connection without
        # a word; so the client is told 1009 or 1007, and has a second to close.
        self.failByDrop = False
        self.valve = Valve()
        self.transport.eager = True
        # Until the upgrade the transport wrote for the HTTP channel, which would stop reading with it.
        self.transport.unregisterProducer()
        self.transport.registerProducer(self.valve, True)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803
        # What comes after our close frame, nobody will take.
        if self.state != self.STATE_OPEN:
            return
        super().onMessage(payload, isBinary)
        self.waiting += max(len(payload), MIN_WEIGHT)
        if self.waiting > MAX_WAITING:
            self.held = True
            self.transport.pauseProducing()

    def processData(self) -> bool:  # noqa: N802
        # One read may have brought thousands of frames. They stay unread in Autobahn's buffer.
        return not self.held and bool(super().processData())

    def let_in(self) -> None:
        """Go on with what was held."""
        if self.held:
            self.held = False
            self.transport.resumeProducing()
            self.consumeData()

    def onPing(self, payload: bytes) -> None:  # noqa: N802
        # Pongs that wait for a client that does not read would be without number.
        if self.valve.writable.is_set():
            super().onPing(payload)

    def onClose(self, wasClean: bool, code: int, reason: str) -> None:  # noqa: N802, N803
        if hasattr(self, "valve"):
            self.valve.stopProducing()
        super().onClose(wasClean, code, reason)

    def serverSend(self, content: Any, binary: bool = False) -> None:  # noqa: N802
        # What is sent while the client goes is for nobody. Autobahn would raise, in the application.
        if self.state in (self.STATE_CONNECTING, self.STATE_OPEN):
            super().serverSend(content, binary)

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802
        # `sendClose` takes no code that RFC 6455 gives to servers (1009, 1012): it raises in the application.
        self.sendCloseFrame(code=1000 if code is None else code)
        # Somewhere behind what is held is the client's own close frame.
        self.let_in()


def install() -> None:
    """From now on every WebSocket of this process is such a one."""
    daphne_valve.install()
    WebSocketFactory.protocol = Socket
