"""Clean-up that awaits, shielded against a second cancellation and bounded in time."""

import asyncio
import logging
from collections.abc import Awaitable

logger = logging.getLogger(__name__)

CLOSE_SECONDS = 2.0
"""Closing takes milliseconds; a peer that does not answer must not hold a reply's end up for longer."""


async def closed(closing: Awaitable[None]) -> None:
    """Run `closing` to its end, also when cancelled meanwhile, but no longer than `CLOSE_SECONDS`."""
    task = asyncio.ensure_future(closing)
    deadline = asyncio.get_running_loop().time() + CLOSE_SECONDS
    cancelled: asyncio.CancelledError | None = None
    while not task.done() and (left := deadline - asyncio.get_running_loop().time()) > 0:
        try:
            await asyncio.wait({task}, timeout=left)
        except asyncio.CancelledError as error:
            cancelled = error
    if not task.done():
        task.cancel()
        logger.warning("a provider's connection did not close within %s s", CLOSE_SECONDS)
    elif not task.cancelled() and task.exception() is not None:
        logger.info("closing a provider's connection: %r", task.exception())
    if cancelled is not None:
        raise cancelled
