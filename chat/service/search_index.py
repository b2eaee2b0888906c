"""Keeps the search index up to date, by short transactions: a few seconds behind whoever asks and answers."""

from typing import Final

from chat.database import in_database, reading
from chat.search import waiting
from chat.service.rounds import again_and_again

LOOK_SECONDS: Final = 2.0
"""How far behind it is at most, while nobody looks for anything; a look where nothing waits is one query."""
BREATH_SECONDS: Final = 0.05
"""Between two batches: who asks, and the checkpoints of replies, take their turn."""


async def put_in_forever() -> None:
    await again_and_again(_put_in, LOOK_SECONDS, "what was said was not put into the search index")


async def _put_in() -> float:
    # The words of long texts take a while to find, in which the thread that writes is for others.
    batch = await reading(waiting.next_batch)
    if batch is None:
        return LOOK_SECONDS
    await in_database(waiting.put, batch)
    return LOOK_SECONDS if batch.is_last else BREATH_SECONDS
