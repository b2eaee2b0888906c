"""Waiting for what the database is to hold: bounded, and without a guess at how long it takes."""

import asyncio
from collections.abc import Callable

from chat.database import in_database


async def eventually(holds: Callable[[], bool]) -> None:
    """Look until it is so; five seconds at most."""
    async with asyncio.timeout(5):
        while not await in_database(holds):
            await asyncio.sleep(0.01)
