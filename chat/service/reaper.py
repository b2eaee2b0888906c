"""Ends what a dead process left: its replies become `interrupted`, with the text of their last checkpoint,
and its exports are noted as interrupted.

A process is dead when its counter stood still for ten seconds that this process watched without a
break, by its own clock and with a healthy database. Nothing is concluded from the time of day.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection
from uuid import UUID

from chat.actions import liveness
from chat.actions.accounts import purge_shut_accounts
from chat.actions.idempotency import forget_old_keys
from chat.auth import sign_ins
from chat.database import in_database
from chat.digest.spent import forget_past_months
from chat.errors import Unavailable
from chat.review.exports import end_abandoned
from chat.review.purging import purge_hidden
from chat.service.attachments import sweep_files

logger = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds: five beats, and twice what an owner takes for fresh (`chat.engine.pulse`)."""
LOOK_SECONDS = 1.0
BREAK = 4.0
"""A longer time between two looks means that this process slept: what it saw before counts for nothing."""
STRAY_SECONDS = 4.0
"""Between the commit of an ask and its beginning lies one turn of the event loop, however slow."""
PURGE_LOOKS = 5
"""What was hidden is looked through for what is due every five seconds: nobody waits for it to go."""
UPKEEP_LOOKS = 60
"""Once a minute old idempotency keys go, what addresses used in months before, and sessions that are over;
and exports that nobody makes end."""
SWEEP_LOOKS = 600
"""Files without an owner go every ten minutes, and whenever a conversation was purged."""


class Reaper:
    """Watches the counters of all other processes."""

    def __init__(
        self,
        server: UUID,
        running: Callable[[], Collection[UUID]] = frozenset,
        clock: Callable[[], float] = time.monotonic,
        *,
        ended: Callable[[UUID], Awaitable[None]] | None = None,
    ) -> None:
        self._server = server
        self._ended = ended
        """Told of each epoch that this reaper ended."""
        self._running = running
        """The epochs that run in this process."""
        self._clock = clock
        self._strays: dict[UUID, float] = {}
        """Epochs that should run here and do not, and since when."""
        self._seen: dict[UUID, tuple[int, float]] = {}
        self._looked = clock()

    async def watch_forever(self) -> None:
        looks = 0
        while True:
            try:
                await self.look()
            except Unavailable:
                self._seen.clear()
            except Exception:
                self._seen.clear()
                logger.exception("the reaper failed; it begins to observe anew")
            await _keep_tidy(looks)
            looks += 1
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Compare every other counter with what it was, and end what stood still for long enough."""
        beats, said = await in_database(liveness.look, self._server)
        now = self._clock()
        if now - self._looked > BREAK:
            self._seen.clear()
        self._looked = now
        seen, self._seen = self._seen, {}
        for server, beat in beats.items():
            before, since = seen.get(server, (beat, now))
            since = since if before == beat else now
            self._seen[server] = (beat, since)
            if now - since >= PATIENCE:
                await self._bury(server, beat)
        await self._end_strays(said, now)

    async def _end_strays(self, said: frozenset[UUID], now: float) -> None:
        """End what the rows say that this process runs, and it does not.

        So it is with an ask whose commit arrived and whose answer was lost: nobody began it.
        """
        strays = said - frozenset(self._running())
        self._strays = {epoch: self._strays.get(epoch, now) for epoch in strays}
        for epoch in [epoch for epoch, since in self._strays.items() if now - since >= STRAY_SECONDS]:
            if await in_database(liveness.interrupt, epoch, self._server):
                logger.warning("completion %s was never begun here: interrupted", epoch)
                await self._tell(epoch)

    async def _bury(self, server: UUID, beat: int) -> None:
        for epoch in await in_database(liveness.abandoned, server, beat):
            if await in_database(liveness.interrupt, epoch, server, beat):
                logger.warning("completion %s was left by a dead process: interrupted", epoch)
                await self._tell(epoch)
        await in_database(liveness.bury, server, beat)
        await in_database(end_abandoned)

    async def _tell(self, epoch: UUID) -> None:
        if self._ended is not None:
            await self._ended(epoch)


async def _keep_tidy(looks: int) -> None:
    """What was deleted is purged, and what is good for nothing goes. Its trouble stops no reaping."""
    purged = 0
    try:
        if looks % PURGE_LOOKS == 0:
            purged = await in_database(purge_hidden)
            purged += await in_database(purge_shut_accounts)
        if looks % UPKEEP_LOOKS == 0:
            await in_database(forget_old_keys)
            await in_database(forget_past_months)
            await in_database(sign_ins.sweep)
            await in_database(end_abandoned)
        if purged or looks % SWEEP_LOOKS == 0:
            await sweep_files()
    except Unavailable:
        pass  # there is nothing to tidy in a database that is away
    except Exception:
        logger.exception("the upkeep failed; it is tried again")
