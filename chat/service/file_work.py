"""The threads for what is slow about files: the disk, images, PDFs. Not those of the database."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

READERS = 4
RECOGNISERS = 2
"""So many images are decoded at once, of 200 MB at most, and so many PDFs are read."""


async def in_file_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What only reads and writes."""
    return await _run(_pool("files", READERS), partial(function, *args, **kwargs))


async def recognising(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What takes long and much memory; others wait their turn."""
    return await _run(_pool("recognise", RECOGNISERS), partial(function, *args, **kwargs))


async def _run(pool: ThreadPoolExecutor, function: Callable[[], R]) -> R:
    return await asyncio.get_running_loop().run_in_executor(pool, function)


@cache
def _pool(name: str, threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix=name)
