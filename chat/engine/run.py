"""The life of one live reply: read the upstream to its end, save the end, then tell it.

One path for complete, stopped, interrupted and failed. `end` is never told before it is saved.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from chat.chunks import Chunk
from chat.engine.live_reply import LiveReply
from chat.engine.ports import Final, Source, Store, StoreAway, Tally
from chat.engine.pulse import Pulse
from chat.engine.transcript import DRAINED, Ended
from chat.errors import ChatError
from chat.log_marks import REPLY

logger = logging.getLogger(__name__)

CLOSE_SECONDS = 5.0
"""The longest that closing an upstream may take before the reply ends without it."""
RETRY_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Waits between attempts to save an end while the database is away; the last one repeats."""


async def run(live: LiveReply, source: Source, store: Store, pulse: Pulse, tally: Tally) -> None:
    """Read, end, save, tell. Returns when the end is saved, however long that takes."""
    REPLY.set(str(live.id))
    live.reading = asyncio.create_task(_read(live, source), name=f"read {live.id}")
    if live.intent is not None:
        live.reading.cancel()
    await _reading_over(live, live.reading)
    live.finish_text()
    live.closing_since = pulse.now()
    live.wake()
    ended = _verdict(live, live.reading)
    if live.saving is not None:
        await live.saving
    final = await _save(live, ended, store)
    live.finish(final)
    tally.ended(live.transcript.model, live.ending(ended), final.ended)


class _Full(Exception):
    """The reply holds no more: its upstream is left."""


async def _read(live: LiveReply, source: Source) -> None:
    def take(chunks: Sequence[Chunk]) -> None:
        live.append(chunks)
        if live.full:
            raise _Full

    live.start()
    try:
        await source(take, live.opened)
    except _Full:
        live.finish_reason = "length"


async def _reading_over(live: LiveReply, reading: asyncio.Task[None]) -> None:
    """Wait for the upstream's end, but once it was told to close only so long."""
    while not reading.done():
        told = live.intent is not None
        await asyncio.wait({reading}, timeout=CLOSE_SECONDS)
        if told and not reading.done():
            logger.error("upstream of reply %s did not close within %s s", live.id, CLOSE_SECONDS)
            return


def _verdict(live: LiveReply, reading: asyncio.Task[None]) -> Ended:
    """How the reply ended, from how its reading did."""
    if not reading.done() or reading.cancelled():
        # Only the end of the process cancels a reading that was not told why.
        return replace(live.intent or DRAINED, usage=live.usage)
    error = reading.exception()
    if error is None:
        # A call that was cut off is not told: whoever made it would call half of it.
        calls = () if live.full else live.tool_calls.value()
        return Ended("complete", live.finish_reason, live.usage, tool_calls=calls)
    if live.intent is not None:
        return replace(live.intent, usage=live.usage)
    if isinstance(error, ChatError):
        logger.warning("reply %s failed: %s: %s", live.id, error.code, error.message)
        return Ended("failed", live.finish_reason, live.usage, error.as_dict(), retry_after=error.retry_after)
    logger.error("reply %s failed", live.id, exc_info=error)
    unexpected = ChatError("The server failed while it read the model. What had arrived is saved.")
    return Ended("failed", live.finish_reason, live.usage, unexpected.as_dict())


async def _save(live: LiveReply, ended: Ended, store: Store) -> Final:
    """Save the end, trying again for as long as the process lives."""
    attempt = 0
    while True:
        try:
            return await store.finish(live.ending(ended))
        except StoreAway as why:
            if attempt == 0:
                logger.warning("the end of reply %s is not saved yet; trying again: %s", live.id, why)
            await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
            attempt += 1
