"""The ticker that saves all growing replies of this process together: group commits."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from chat.engine.live_reply import LiveReply
from chat.engine.ports import Piece, Saved, Store, StoreAway, Tally
from chat.engine.transcript import Ended
from chat.errors import ChatError

logger = logging.getLogger(__name__)

GROUP = 100
"""Replies in one commit: an end waits for the one that its reply is in, and so no longer than for these."""

LOST = Ended("interrupted")
"""What a reply tells if its guard is lost: never used as it stands, since the loser re-reads the row."""


class Checkpoints:
    """One save at a time, of what its row has not; a reply whose end is due is left to its end."""

    def __init__(
        self, store: Store, period: float, running: Callable[[], Iterable[LiveReply]], tally: Tally
    ) -> None:
        self._store = store
        self._period = period
        self._running = running
        self._tally = tally
        self._away = False
        self._behind_since: float | None = None

    @property
    def behind(self) -> float:
        """Seconds since the first save that has not succeeded yet began; 0 where none is under way."""
        return 0.0 if self._behind_since is None else time.monotonic() - self._behind_since

    async def tick_forever(self) -> None:
        """Save every `period` seconds, counted from one save's begin to the next one's."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + self._period, loop.time())
            await asyncio.sleep(due - loop.time())
            try:
                await self.tick()
            except Exception:
                logger.exception("a checkpoint failed; the next one tries again")

    async def tick(self) -> None:
        """Save what every running reply grew by since its last checkpoint."""
        grown = [
            live for live in self._running() if live.closing_since is None and not live.saved_so_far.has_all
        ]
        for group in _groups(grown):
            if not await self._save(group):
                return
        self._behind_since = None  # all is saved, or has ended, which saves it

    async def _save(self, group: Sequence[LiveReply]) -> bool:
        """Save these in one transaction; False where the database is away."""
        grown = [
            (live, piece)
            for live in group
            if live.closing_since is None and (piece := live.saved_so_far.next_piece())
        ]
        if not grown:
            return True
        begun = time.monotonic()
        if self._behind_since is None:
            self._behind_since = begun
        saving: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        for live, _ in grown:
            live.saving = saving
        try:
            saved = await self._store.save([piece for _, piece in grown])
        except StoreAway as why:
            if not self._away:
                logger.warning("checkpoints are not saved: the database is away: %s", why)
            self._away = True
            return False
        finally:
            for live, _ in grown:
                live.saving = None
            saving.set_result(None)
        self._tally.saved(time.monotonic() - begun)
        if self._away:
            logger.warning("checkpoints are saved again")
            self._away = False
        for live, piece in grown:
            _settle(live, piece, saved)
        return True


def _groups(replies: Sequence[LiveReply]) -> Iterator[Sequence[LiveReply]]:
    for first in range(0, len(replies), GROUP):
        yield replies[first : first + GROUP]


def _settle(live: LiveReply, piece: Piece, saved: Saved) -> None:
    if piece.epoch in saved.lost:
        logger.warning("reply %s was ended by another process", live.id)
        live.end_with(LOST)
    elif piece.epoch in saved.refused:
        logger.error("reply %s cannot be saved: %s", live.id, saved.refused[piece.epoch])
        error = ChatError("The database refused this reply's text.", code="not_saved")
        live.end_with(Ended("failed", error=error.as_dict()))
    else:
        live.saved_so_far.saved(piece)
