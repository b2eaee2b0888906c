"""Work that is told to end in one of its first steps."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def ends_when_cancelled(work: Coroutine[Any, Any, None], *, after: int) -> bool:
    """Whether it ends within two seconds, cancelled after so many steps of the loop."""
    working = asyncio.create_task(work)
    for _ in range(after):
        await asyncio.sleep(0)
    working.cancel()
    done, _ = await asyncio.wait({working}, timeout=2)
    return bool(done)
