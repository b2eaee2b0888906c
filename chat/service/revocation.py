"""Ends what is open when its credential holds no more: a revoked key, a deactivated user, a sign-out.

What stays open may from then on do what its caller may now: groups, their models and limits change as well.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from typing import Protocol

from chat.auth.authenticate import as_of_now
from chat.auth.caller import Caller
from chat.database import in_database
from chat.errors import Unavailable

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""What is open outlives its credential by no more than this."""


class Open(Protocol):
    """A stream that is followed, or a socket."""

    caller: Caller
    """Whose it is, by which credential, and what they may do and use."""

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
    """End those whose caller's key, session or account is good no more; the others' callers are as of now."""
    asked = {each.caller for each in those}
    if not asked:
        return
    now = await in_database(as_of_now, asked)
    for each in those:
        if each.caller in now:
            each.caller = now[each.caller]
        elif each.caller in asked:
            each.revoke()
