"""What this process offers to the others through the relay: its live replies, and its users' open pages."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from chat.engine.live_reply import LiveReply
from chat.engine.registry import Registry
from chat.engine.transcript import Ended
from chat.relay import Piece
from chat.service.news import News, read_message

STOP_SECONDS = 10.0
"""The longest that a stop waits for the end to be saved."""
WAKE_SECONDS = 60.0
"""Only a bound: whoever waits is woken by the next change."""


class AttachedReply:
    """`chat.relay.Attached`: a follower in another process of a reply that runs here."""

    def __init__(self, live: LiveReply) -> None:
        self._live = live
        self._told: tuple[int | None, str | None] = (None, None)
        live.attach()

    async def after(self, reasoning: int, text: int) -> Piece | None:
        live = self._live
        while True:
            transcript = live.transcript
            grew = transcript.reasoning.length > reasoning or transcript.text.length > text
            asides = (transcript.place, transcript.title)
            if live.speaks and (grew or asides != self._told):
                self._told = asides
                return Piece(
                    reasoning,
                    transcript.reasoning.since(reasoning),
                    text,
                    transcript.text.since(text),
                    *asides,
                )
            if transcript.ended is not None:
                return None
            await live.grown(WAKE_SECONDS)

    def leave(self) -> None:
        self._live.detach()


class LocalReplies:
    """`chat.relay.Owner` over the registry of this process."""

    def __init__(self, registry: Registry, announce: Callable[[int, News], None]) -> None:
        self._registry = registry
        self._announce = announce

    def attach(self, reply: UUID, epoch: UUID) -> AttachedReply | None:
        live = self._registry.get(reply)
        return AttachedReply(live) if live is not None and live.epoch == epoch else None

    async def stop(self, reply: UUID) -> bool:
        live = self._registry.get(reply)
        return live is not None and await stop_live(live, Ended("stopped"))

    def announced(self, user_id: int, event: dict[str, Any]) -> None:
        news = read_message(event)
        if news is not None:
            self._announce(user_id, news)


async def stop_live(live: LiveReply, ended: Ended) -> bool:
    """End a reply of this process so; True once its upstream is closed and its text is safe."""
    live.end_with(ended)
    try:
        await asyncio.wait_for(live.done(), STOP_SECONDS)
    except TimeoutError:
        return False
    return True
