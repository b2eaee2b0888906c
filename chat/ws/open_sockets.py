"""The sockets that are open in this process: what closes them all, at a restart."""

import asyncio
from typing import Protocol

from chat.ws import codes


class OpenSocket(Protocol):
    async def finish(self, code: int) -> None:
        """Close after the last events of what has ended."""


_sockets: set[OpenSocket] = set()


def add(socket: OpenSocket) -> None:
    """The socket is open from now on."""
    _sockets.add(socket)


def remove(socket: OpenSocket) -> None:
    """The socket is closed."""
    _sockets.discard(socket)


async def close_all(code: int = codes.RESTART) -> None:
    """Close every socket, each after its last events. For the drain, once the replies have ended."""
    await asyncio.gather(*(socket.finish(code) for socket in tuple(_sockets)))
