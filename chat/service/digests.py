"""Keeps what reviewers filter by and see added up to date: a few seconds behind, by short transactions."""

from typing import Final

from chat.database import in_database
from chat.digest.refresh import BATCH, refresh_stale
from chat.digest.summing import sum_one
from chat.service.rounds import again_and_again

LOOK_SECONDS: Final = 2.0
"""How far behind they are at most; a look without marks is one query that finds no row."""
BREATH_SECONDS: Final = 0.05
"""Between two batches: who asks, and the checkpoints of replies, take their turn."""
SUM_SECONDS: Final = 0.5
"""Between two days that are added up, on SQLite a tenth of a second each in which nobody else writes."""


async def refresh_forever() -> None:
    await again_and_again(_refresh, LOOK_SECONDS, "digests were not made")


async def _refresh() -> float:
    if await in_database(refresh_stale, BATCH) == BATCH:
        return BREATH_SECONDS  # after an upgrade all conversations wait
    return SUM_SECONDS if await in_database(sum_one) else LOOK_SECONDS
