"""What a server does again and again beside the calls of its users."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from chat.errors import Unavailable

logger = logging.getLogger(__name__)


async def again_and_again(look: Callable[[], Awaitable[float]], pause: float, trouble: str) -> None:
    """`look` says how many seconds to wait before the next one; where it fails, `pause`, and the log has it.

    While the database is away nothing is logged: what waits waits on.
    """
    while True:
        seconds = pause
        try:
            seconds = await look()
        except Unavailable:
            pass
        except Exception:
            logger.exception("%s; the next look tries again", trouble)
        await asyncio.sleep(seconds)
