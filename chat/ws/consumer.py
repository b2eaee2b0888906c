"""One WebSocket's life: accept, admit, hand over each frame, let go. What a frame does is `answering`."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from channels.consumer import AsyncConsumer, get_handler_name
from channels.exceptions import StopConsumer

from chat import limits, service
from chat.auth.caller import Caller
from chat.errors import TooMany
from chat.limits.places import Place
from chat.ws import codes, open_sockets
from chat.ws.admission import Refused, admit, subprotocol
from chat.ws.answering import Answering
from chat.ws.frames_in import too_large
from chat.ws.outlet import Outlet

logger = logging.getLogger(__name__)

Message = Mapping[str, Any]


class ChatConsumer(AsyncConsumer):
    """The socket at /ws/chat/. docs/websocket.md is its protocol."""

    def __init__(self) -> None:
        self.caller: Caller | None = None
        self._outlet = Outlet(self._send)
        self._answering: Answering | None = None
        self._forget: Callable[[], None] | None = None
        self._place: Place | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            # However it ended: by the client, or cancelled by a server that goes.
            await self._let_go()

    async def dispatch(self, message: Message) -> None:
        # Channels' own first closes idle database connections, in a thread, for each frame; we have none.
        await getattr(self, get_handler_name(message))(message)

    async def _send(self, message: Message) -> None:
        await self.send(message)

    async def websocket_connect(self, message: Message) -> None:
        # Accepted first: a browser does not show a page the code of a socket that never opened.
        await self._outlet.accept(subprotocol(self.scope))
        try:
            caller = await admit(self.scope)
            self._place = await limits.sockets.enter(caller)
            self.caller = caller
            self._answering = Answering(caller, self._outlet)
            open_sockets.add(self)
            self._forget = await service.listen(self._answering)
        except Refused as refused:
            await self._outlet.close(refused.code)
        except TooMany:
            await self._outlet.close(codes.TOO_MANY)
        except Exception:
            logger.exception("a socket could not be opened")
            await self._outlet.close(codes.INTERNAL)

    async def websocket_receive(self, message: Message) -> None:
        if self._outlet.closed or self._answering is None:
            return
        text = message.get("text")
        if too_large(text) or too_large(message.get("bytes")):
            await self._outlet.close(codes.TOO_LARGE)
        else:
            await self._answering.answer(text)

    async def websocket_disconnect(self, message: Message) -> None:
        raise StopConsumer

    async def finish(self, code: int) -> None:
        if self._answering is not None:
            await self._answering.last_words()
        await self._outlet.close(code)

    async def _let_go(self) -> None:
        self._outlet.closed = True
        if self._forget is not None:
            self._forget()
        if self._place is not None:
            self._place.leave()
        if self.caller is not None:
            open_sockets.remove(self)
        if self._answering is not None:
            await self._answering.let_go()
