"""The threads for what is slow about files: the disk, images, PDFs. Not those of the database."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import ParamSpec, TypeVar
from weakref import WeakValueDictionary

P = ParamSpec("P")
R = TypeVar("R")

READERS = 4
RECOGNISERS = 2
"""So many images are decoded at once, of 200 MB at most, and so many PDFs are read."""

_turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
"""Of each user who has something recognised: held by those who wait alone."""


async def in_file_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What only reads and writes."""
    return await _run(_pool("files", READERS), partial(function, *args, **kwargs))


async def recognising(user_id: int, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What takes long and much memory; others wait their turn.

    One at a time of each user: a hundred PDFs that take half a minute each keep nobody else waiting. Who
    goes while waiting is passed over; what has begun cannot be ended, and keeps the turn until it is done.
    """
    turn = _turns.setdefault(user_id, asyncio.Lock())
    await turn.acquire()
    work = _run(_pool("recognise", RECOGNISERS), partial(function, *args, **kwargs))

    def done(work: asyncio.Future[R]) -> None:
        turn.release()
        if not work.cancelled():
            work.exception()  # known, though whoever waited may have gone

    work.add_done_callback(done)
    return await asyncio.shield(work)


def _run(pool: ThreadPoolExecutor, function: Callable[[], R]) -> asyncio.Future[R]:
    context = contextvars.copy_context()  # the language among others
    return asyncio.get_running_loop().run_in_executor(pool, context.run, function)


@cache
def _pool(name: str, threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix=name)
