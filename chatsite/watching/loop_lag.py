"""How late the event loop is: a task that only sleeps, and sees by how much it overslept."""

import asyncio
from typing import Final

from chatsite.watching.exposition import loop_lag

EVERY_SECONDS: Final = 0.5


async def observe_forever() -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + EVERY_SECONDS
        await asyncio.sleep(EVERY_SECONDS)
        loop_lag.observe(max(loop.time() - due, 0.0))
