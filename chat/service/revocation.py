"""Ends what is open when its credential holds no more: a revoked key, a deactivated user, a sign-out."""

import asyncio
import logging
from collections.abc import Callable, Collection
from typing import Protocol

from chat.auth.authenticate import still_valid
from chat.auth.caller import Caller
from chat.database import in_database
from chat.errors import Unavailable

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""What is open outlives its credential by no more than this."""


class Open(Protocol):
    """A stream that is followed, or a socket."""

    @property
    def caller(self) -> Caller:
        """Whose it is, and by which credential."""

    def revoke(self) -> None:
        """End it: that credential is good no more."""


async def watch_callers(open_now: Callable[[], Collection[Open]]) -> None:
    """Look every two seconds at all that is open, in one hop."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await end_revoked(open_now())
        except Unavailable:
            continue  # the database is away: nobody is shut out for that
        except Exception:
            logger.exception("callers could not be checked")


async def end_revoked(those: Collection[Open]) -> None:
    """End those whose caller's key, session or account is good no more."""
    callers = {each.caller for each in those}
    if not callers:
        return
    revoked = callers - await in_database(still_valid, callers)
    for each in those:
        if each.caller in revoked:
            each.revoke()
