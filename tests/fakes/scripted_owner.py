"""Replies of a process without an engine: grown and ended by the test, followed through the relay."""

import asyncio
from typing import Any
from uuid import UUID

from chat.ids import new_id
from chat.relay import Piece


class ScriptedReply:
    """A reply that grows by what the test says, and counts who is attached."""

    def __init__(self) -> None:
        self.id = new_id()
        self.epoch = new_id()
        self.server = new_id()
        self.text = ""
        self.reasoning = ""
        self.ended = False
        self.attached = 0
        self._grown = asyncio.Event()

    def grow(self, text: str = "", *, reasoning: str = "") -> None:
        self.text += text
        self.reasoning += reasoning
        self._wake()

    def end(self) -> None:
        self.ended = True
        self._wake()

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()

    async def when(self, attached: int) -> None:
        """Wait until so many are attached."""
        while self.attached != attached:
            await self._grown.wait()

    def attach(self) -> None:
        self.attached += 1
        self._wake()

    def leave(self) -> None:
        self.attached -= 1
        self._wake()

    async def after(self, reasoning: int, text: int) -> Piece | None:
        while len(self.text) <= text and len(self.reasoning) <= reasoning:
            if self.ended:
                return None
            await self._grown.wait()
        return Piece(reasoning, self.reasoning[reasoning:], text, self.text[text:])


class ScriptedOwner:
    """What one process offers to the others."""

    def __init__(self, *replies: ScriptedReply) -> None:
        self.replies = {(reply.id, reply.epoch): reply for reply in replies}
        self.announcements: asyncio.Queue[tuple[int, dict[str, Any]]] = asyncio.Queue()
        self.stops_answered = asyncio.Event()
        self.stops_answered.set()

    def attach(self, reply: UUID, epoch: UUID) -> ScriptedReply | None:
        found = self.replies.get((reply, epoch))
        if found is not None:
            found.attach()
        return found

    async def stop(self, reply: UUID) -> bool:
        await self.stops_answered.wait()
        for (known, _), found in self.replies.items():
            if known == reply:
                found.end()
                return True
        return False

    def announced(self, user_id: int, event: dict[str, Any]) -> None:
        self.announcements.put_nowait((user_id, event))


class SetClock:
    """A monotonic clock that the test sets forward."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now
