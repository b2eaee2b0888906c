"""The ASGI lifespan: how uvicorn and others say that the server begins and ends. Daphne never does."""

import asyncio
import signal
import threading
from contextlib import suppress
from functools import partial
from types import FrameType

from chatsite import life
from chatsite.asgi_types import Receive, Scope, Send
from chatsite.server_lock import AnotherServer


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    try:
        await life.begin()
    except (AnotherServer, life.NewerDatabase) as error:
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
    """When the signal comes end in order, and only then let the server do what it does.

    uvicorn would cut its sockets a tenth of a second after the signal, whatever they still are to be told,
    and waits for its open responses, which end by our end alone. A second signal goes on to it at once.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)

        def handle(number: int, frame: FrameType | None, before: object = before) -> None:
            go_on = partial(before, number, frame) if callable(before) else _nothing
            if ending.is_set():
                go_on()
                return
            ending.set()
            loop.call_soon_threadsafe(lambda: life.end().add_done_callback(lambda _: go_on()))

        signal.signal(number, handle)


def _nothing() -> None:
    """What a signal does that the server ignores."""
