"""What Daphne lacks: who sends waits until the client has read, so that nothing piles up in memory.

Loaded once, before the server listens. Knows Daphne and Twisted, and nothing of ours.
"""

import asyncio
from typing import Any

from daphne.server import Server
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

_WAITS = frozenset({"websocket.send", "http.response.body"})


@implementer(IPushProducer)
class Valve:
    """Told by the transport whether its buffer (64 KiB) is full."""

    def __init__(self) -> None:
        self.writable = asyncio.Event()
        self.writable.set()

    def pauseProducing(self) -> None:  # noqa: N802 (Twisted's name)
        self.writable.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        self.writable.set()

    def stopProducing(self) -> None:  # noqa: N802
        self.writable.set()


async def _handle_reply(self: Server, protocol: Any, message: dict[str, Any]) -> None:
    """Daphne's own; but an application that sends to what has a valve waits until the client has read."""
    await _plain_handle_reply(self, protocol, message)
    valve: Valve | None = getattr(protocol, "valve", None)
    if valve is not None and message["type"] in _WAITS:
        await valve.writable.wait()


_plain_handle_reply = Server.handle_reply


def install() -> None:
    """From now on this process waits at every valve."""
    Server.handle_reply = _handle_reply
