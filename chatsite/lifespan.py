"""The ASGI lifespan: how uvicorn and others say that the server begins and ends. Daphne never does."""

import asyncio
import signal
import threading
from contextlib import suppress
from types import FrameType

from chatsite import life
from chatsite.asgi_types import Receive, Scope, Send
from chatsite.server_lock import AnotherServer


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    try:
        await life.begin()
    except AnotherServer as error:
        await send({"type": "lifespan.startup.failed", "message": str(error)})
        return
    _end_at_signal()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    with suppress(Exception):  # it is in the log
        await life.end()
    if life.failed():
        await send({"type": "lifespan.shutdown.failed", "message": "Not every reply could be saved."})
    else:
        await send({"type": "lifespan.shutdown.complete"})


def _end_at_signal() -> None:
    """Begin the end when the signal comes, and then let the server do what it does.

    uvicorn says `shutdown` only when its open responses have ended, and a stream ends by our end alone.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)

        def handle(number: int, frame: FrameType | None, before: object = before) -> None:
            loop.call_soon_threadsafe(life.end)
            if callable(before):
                before(number, frame)

        signal.signal(number, handle)
