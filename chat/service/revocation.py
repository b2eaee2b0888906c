"""Ends open streams whose credential holds no more: a revoked key, a deactivated user, a sign-out."""

import asyncio
import logging
from typing import TYPE_CHECKING

from chat.auth.authenticate import still_valid
from chat.database import reading
from chat.errors import Unavailable

if TYPE_CHECKING:
    from chat.service.following import Following

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0


async def watch_callers(followings: "set[Following]") -> None:
    """Look every two seconds at all who follow, in one hop; close those who may not any more."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        callers = {following.caller for following in followings}
        if not callers:
            continue
        try:
            valid = await reading(still_valid, callers)
        except Unavailable:
            continue
        except Exception:
            logger.exception("callers could not be checked")
            continue
        for following in tuple(followings):
            if following.caller in callers - valid:
                following.close("revoked")
