"""All that is sent through one socket. After it was closed, nothing is, and nobody need ask first."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from msgspec.structs import replace

from chat.errors import ChatError
from chat.events import Batch, Event, Title
from chat.service.frames import Ref
from chat.ws import frames_out

TITLES_REMEMBERED = 1000
"""A title told twice does no harm; remembering every one of a socket that lives for months would."""


class Outlet:
    """Several tasks may use it at once: each frame is one send, and each reply has one task."""

    def __init__(self, send: Callable[[Mapping[str, Any]], Awaitable[None]]) -> None:
        self._send = send
        self._titles: dict[str, str] = {}
        """What was told last of each conversation: a title comes both in a reply's stream and beside it."""
        self.closed = False

    async def accept(self, subprotocol: str | None) -> None:
        await self._sent({"type": "websocket.accept", "subprotocol": subprotocol})

    async def close(self, code: int) -> None:
        """Only the first code counts."""
        if not self.closed:
            self.closed = True
            await self._sent({"type": "websocket.close", "code": code})

    async def events(self, batch: Batch, ref: Ref = None) -> None:
        """The batch's events; `ref` goes with the `start` that answers a frame."""
        if any(isinstance(event, Title) for event in batch.events):
            batch = replace(batch, events=tuple(event for event in batch.events if self._is_news(event)))
        for text in frames_out.events(batch, ref):
            await self._say(text)

    async def ack(self, ref: Ref, **answer: Any) -> None:
        await self._say(frames_out.ack(ref, **answer))

    async def error(self, ref: Ref, refusal: ChatError) -> None:
        await self._say(frames_out.error(ref, refusal))

    async def pong(self) -> None:
        await self._say(frames_out.PONG)

    async def _say(self, text: str) -> None:
        if not self.closed:
            await self._sent({"type": "websocket.send", "text": text})

    async def _sent(self, message: Mapping[str, Any]) -> None:
        try:
            await self._send(message)
        except OSError:
            # The client went while we wrote (uvicorn says it so; Daphne is silent): its disconnect is next.
            self.closed = True

    def _is_news(self, event: Event) -> bool:
        if not isinstance(event, Title):
            return True
        if self._titles.get(event.conversation) == event.title:
            return False
        if len(self._titles) >= TITLES_REMEMBERED:
            self._titles.clear()
        self._titles[event.conversation] = event.title
        return True
