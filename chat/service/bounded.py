"""What a drain waits for, one after the other: none of it may hold the end of the process up."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from typing import Any

logger = logging.getLogger(__name__)

CLOSE_SECONDS = 3.0
"""How long each is waited for."""


async def cancelled(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """End them; what does not, is named in the log and given up."""
    for task in tasks:
        task.cancel()
    if tasks:
        _, left = await asyncio.wait(tasks, timeout=CLOSE_SECONDS)
        for task in left:
            logger.warning("%r did not end within %s s, and was given up", task, CLOSE_SECONDS)


async def bounded(work: Awaitable[Any], what: str) -> None:
    """Do it, or give it up; either is in the log."""
    try:
        await asyncio.wait_for(work, CLOSE_SECONDS)
    except TimeoutError:
        logger.warning("%s took over %s s, and was given up", what, CLOSE_SECONDS)
    except Exception:
        logger.exception("%s failed", what)
