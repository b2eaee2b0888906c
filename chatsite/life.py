"""The life of a server process, whichever server runs it: begin once, end once.

Called by what knows the server: `lifespan` (uvicorn and others) and `daphne_drain`.
"""

import asyncio
import gc
import logging
import sys
from contextlib import suppress

from django.conf import settings

from chatsite import server_lock
from chatsite.watching import loop_lag

logger = logging.getLogger(__name__)

LAST_SAVES_SECONDS = 30.0
"""How long the end may take beyond CHAT_DRAIN_SECONDS before the process goes all the same."""
SWITCH_SECONDS = 0.0005
"""A thread at the database holds tokens up for so long at most; Python's own is 5 ms."""
COLLECTIONS = (5_000, 10, 5)
"""So many more objects than went: then Python looks through the young ones for what refers to itself, each
tenth time through the middle-aged, each fifth time of those through all. Its own default is 700, 10, 10.
With 20 and 20 a server kept 300 MiB of what 10,000 aborted replies left before it looked; so it keeps 90.
"""
RESTARTS = 1012
"""The WebSocket close code: the server restarts, come back."""

_ending: "asyncio.Task[int] | None" = None
_failed = False
_beside: list["asyncio.Task[None]"] = []
"""What runs for as long as the process does, and is nobody's work."""


async def begin() -> None:
    """Be the server of this database. Raises `AnotherServer`."""
    global _failed
    from chat import service

    try:
        await asyncio.to_thread(server_lock.take)
        await _check_schema()
        await service.start()
        _spare_the_collector()
        sys.setswitchinterval(SWITCH_SECONDS)
        _beside.append(asyncio.create_task(loop_lag.observe_forever(), name="loop lag"))
    except Exception:
        _failed = True
        logger.critical("the server could not begin", exc_info=True)
        raise


def _spare_the_collector() -> None:
    """What was imported stays, and need not be looked through again and again for what may go."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTIONS)


def end() -> "asyncio.Task[int]":
    """Stop taking work, save all that runs and say goodbye. The number of replies that were not saved.

    Whoever asks again gets the same end.
    """
    global _ending
    if _ending is None:
        _ending = asyncio.get_running_loop().create_task(_end(), name="the end")
    return _ending


def failed() -> bool:
    """Whether the process should exit with an error: it could not begin, or not everything was saved."""
    return _failed


class NewerDatabase(Exception):
    """A newer version was at the database; the message says what to do."""


async def _check_schema() -> None:
    from chat.database import looking
    from chat.errors import Unavailable
    from chatsite import schema

    with suppress(Unavailable):  # it may come back, and then be ours or not: `/readyz` tells what is missing
        if (refusal := (await looking(schema.state)).refusal) is not None:
            raise NewerDatabase(refusal)


async def _end() -> int:
    global _failed
    from chat import service
    from chat.ws import open_sockets

    _failed = True
    try:
        async with asyncio.timeout(settings.CHAT_DRAIN_SECONDS + LAST_SAVES_SECONDS):
            unsaved = await service.drain()
            # After the replies: each socket still gets their last events.
            await open_sockets.close_all(RESTARTS)
    except Exception:
        logger.critical("the server did not end in order", exc_info=True)
        raise
    _failed = unsaved > 0
    for task in _beside:
        task.cancel()
    await asyncio.gather(*_beside, return_exceptions=True)
    return unsaved
