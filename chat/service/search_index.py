"""Keeps the search index up to date, by short transactions: a few seconds behind whoever asks and answers."""

import asyncio
import logging
from typing import Final

from chat.database import in_database, reading
from chat.errors import Unavailable
from chat.search import waiting

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 2.0
"""How far behind it is at most, while nobody looks for anything; a look where nothing waits is one query."""
BREATH_SECONDS: Final = 0.05
"""Between two batches: who asks, and the checkpoints of replies, take their turn."""


async def put_in_forever() -> None:
    while True:
        pause = LOOK_SECONDS
        try:
            # The words of long texts take a while to find, in which the thread that writes is for others.
            batch = await reading(waiting.next_batch)
            if batch is not None:
                await in_database(waiting.put, batch)
                if not batch.is_last:
                    pause = BREATH_SECONDS
        except Unavailable:
            pass  # what waits waits until the database is back
        except Exception:
            logger.exception("what was said was not put into the search index; the next look tries again")
        await asyncio.sleep(pause)
