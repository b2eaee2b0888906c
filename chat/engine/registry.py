"""The replies that run in this process, and the tasks that keep them: ticker, beat and one per reply.

asyncio itself keeps only weak references to tasks; whoever is in here is awaited at the drain.
"""

import asyncio
import logging
from collections.abc import Iterable
from uuid import UUID

from chat.engine.checkpoints import LOST, Checkpoints
from chat.engine.live_reply import LiveReply
from chat.engine.ports import NoTally, Source, Store, StoreAway, Tally
from chat.engine.pulse import Pulse
from chat.engine.run import run
from chat.engine.transcript import DRAINED, Ended, Transcript

logger = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
"""How often a process says that it lives; a reaper waits for five of these."""
SAVE_SECONDS = 20.0
"""The longest that a drain waits for ends to be saved."""


class Registry:
    """Made once per process and event loop; `start` and `drain` are its life."""

    def __init__(
        self, store: Store, *, checkpoint_seconds: float, max_chars: int, tally: Tally | None = None
    ) -> None:
        self.pulse = Pulse()
        self.draining = False
        """Nothing new is to begin: set by whoever drains, before it lets what was begun finish."""
        self._store = store
        self._tally = tally or NoTally()
        self._max_chars = max_chars
        self._live: dict[UUID, LiveReply] = {}
        self._runs: set[asyncio.Task[None]] = set()
        self._interrupting = False
        self._checkpoints = Checkpoints(store, checkpoint_seconds, self.running, self._tally)
        self._ticking: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to save and to beat."""
        self.pulse.renew()
        self._ticking = [
            asyncio.create_task(self._checkpoints.tick_forever(), name="checkpoints"),
            asyncio.create_task(self._beat_forever(), name="beat"),
        ]

    def running(self) -> Iterable[LiveReply]:
        return tuple(self._live.values())

    def get(self, reply: UUID) -> LiveReply | None:
        """The live reply, if it runs here."""
        return self._live.get(reply)

    def begin(self, transcript: Transcript, *, owner: int, source: Source, window: float | None) -> LiveReply:
        """Make the reply live and read its upstream. A caller that follows attaches before it awaits."""
        live = LiveReply(
            transcript,
            owner=owner,
            pulse=self.pulse,
            window=window,
            max_chars=self._max_chars,
            row_chars=self._store.row_chars,
        )
        before = self._live.get(live.id)
        if before is not None:
            # Another process ended that epoch, and this one had not noticed yet when it was continued here.
            before.end_with(LOST)
        self._live[live.id] = live
        if self._interrupting:
            live.end_with(DRAINED)
        running = run(live, source, self._store, self.pulse, self._tally)
        task = asyncio.create_task(running, name=f"reply {live.id}")
        self._runs.add(task)
        task.add_done_callback(lambda done: self._forget(live, done))
        return live

    def _forget(self, live: LiveReply, task: asyncio.Task[None]) -> None:
        if self._live.get(live.id) is live:
            del self._live[live.id]
        self._runs.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("the task of reply %s broke", live.id, exc_info=error)

    async def _beat_forever(self) -> None:
        while True:
            try:
                await self.beat()
            except StoreAway:
                logger.warning("the beat was not written: the database is away")
            except Exception:
                logger.exception("the beat failed")
            await asyncio.sleep(BEAT_SECONDS)

    async def beat(self) -> None:
        """Say that this process lives, and end the replies that others ended meanwhile, or want ended."""
        begun = self.pulse.now()
        noticed = await self._store.beat([live.epoch for live in self._live.values()])
        for live in self.running():
            if live.epoch in noticed.lost:
                live.end_with(LOST)
            elif live.epoch in noticed.to_stop:
                live.end_with(Ended("stopped"))
        was_fresh = self.pulse.fresh
        self.pulse.renew(begun)
        if not was_fresh:
            for live in self.running():
                live.wake()

    @property
    def behind(self) -> float:
        """Seconds for which text has waited to be saved; 0 where none does."""
        return self._checkpoints.behind

    def epochs(self) -> frozenset[UUID]:
        """Those that run here."""
        return frozenset(live.epoch for live in self._live.values())

    async def drain(self, grace: float) -> list[LiveReply]:
        """Let what runs go on for `grace` seconds, then interrupt it; the replies that could not be saved."""
        if grace > 0 and self._runs:
            await asyncio.wait(self._runs, timeout=grace)
        self._interrupting = True
        for live in self.running():
            live.end_with(DRAINED)
        if self._runs:
            await asyncio.wait(self._runs, timeout=SAVE_SECONDS)
        unsaved = list(self.running())
        for live in unsaved:
            since = live.closing_since
            waited = 0.0 if since is None else self.pulse.now() - since
            logger.error("reply %s is not saved after %.1f s", live.id, waited)
        tasks = [*self._ticking, *self._runs]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._ticking = []
        return unsaved
