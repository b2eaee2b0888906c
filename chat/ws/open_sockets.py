"""The sockets that are open in this process: what closes them from outside, at a restart or a revocation."""

import asyncio
import logging
from typing import Protocol

from chat.auth.authenticate import still_valid
from chat.auth.caller import Caller
from chat.database import reading
from chat.errors import Unavailable
from chat.ws import codes

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""How often all callers are checked: a revoked key's idle sockets live no longer than this."""


class OpenSocket(Protocol):
    caller: Caller | None

    async def close(self, code: int) -> None:
        """Close now."""

    async def finish(self, code: int) -> None:
        """Close after the last events of what has ended."""


_sockets: set[OpenSocket] = set()
_watch: asyncio.Task[None] | None = None


def add(socket: OpenSocket) -> None:
    """The socket is open from now on. The first one begins the watch over their credentials."""
    global _watch
    _sockets.add(socket)
    if _watch is None:
        _watch = asyncio.create_task(_watch_forever(), name="socket credentials")


async def remove(socket: OpenSocket) -> None:
    """The socket is closed; the last one ends the watch."""
    global _watch
    _sockets.discard(socket)
    if not _sockets and _watch is not None:
        watch, _watch = _watch, None
        watch.cancel()
        await asyncio.wait({watch})


async def close_all(code: int = codes.RESTART) -> None:
    """Close every socket, each after its last events. For the drain, once the replies have ended."""
    await asyncio.gather(*(socket.finish(code) for socket in tuple(_sockets)))


async def close_revoked() -> None:
    """Close the sockets whose key, session or account is good no more."""
    callers = {socket.caller for socket in _sockets if socket.caller is not None}
    valid = await reading(still_valid, callers)
    for socket in tuple(_sockets):
        if socket.caller in callers - valid:
            await socket.close(codes.CREDENTIALS)


async def _watch_forever() -> None:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await close_revoked()
        except Unavailable:
            continue  # the database is away: nobody is shut out for that
        except Exception:
            logger.exception("the callers of open sockets could not be checked")
