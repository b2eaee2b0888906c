"""What is done to the site while people use it: one fault after the other, each of them healed."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from process.fault_run.site import Site
from process.harness.processes import Server
from process.harness.scripts import now

EXIT_SECONDS = 20.0
STILL_SECONDS = 13.0
"""Longer than others wait before they take a silent server's replies over."""


@dataclass(slots=True)
class Faults:
    """Does them, and remembers when."""

    site: Site
    chance: random.Random
    done: list[tuple[str, float, float]] = field(default_factory=list)
    """Name, begin and end, by the clock of all processes."""

    async def until(self, moment: float) -> None:
        """A fault every few seconds until then, each of them before one comes again."""
        waiting: list[Callable[[Faults], Awaitable[None]]] = []
        while now() < moment:
            await asyncio.sleep(self.chance.uniform(0.2, 1.5))
            waiting = waiting or self.chance.sample(FAULTS, len(FAULTS))
            fault = waiting.pop()
            began = now()
            await fault(self)
            self.done.append((fault.__name__.strip("_"), began, now()))

    def between(self, begin: float, end: float) -> list[str]:
        """Which of them touched that time."""
        return [name for name, since, until in self.done if since <= end and until >= begin]

    def _one(self) -> Server:
        return self.chance.choice(self.site.servers)

    async def _deploy(self) -> None:
        """A rolling restart: one is asked to end, and a new one takes its place."""
        server = self._one()
        server.ask_to_end()
        code = await asyncio.to_thread(server.exit_code, EXIT_SECONDS)
        # uvicorn ends by the signal that it was sent, when all is saved.
        good = -signal.SIGTERM if server.way == "uvicorn" else 0
        assert code == good, f"a server that was asked to end exited with {code}"
        await asyncio.to_thread(server.start)

    async def _kill(self) -> None:
        server = self._one()
        server.kill()
        await asyncio.sleep(self.chance.uniform(0, 3))
        await asyncio.to_thread(server.start)

    async def _stand_still(self) -> None:
        """As a machine that sleeps: it wakes when others took its replies over."""
        server = self._one()
        server.freeze()
        await asyncio.sleep(STILL_SECONDS)
        server.thaw()

    async def _pause(self) -> None:
        """So short that nobody may take anything over."""
        server = self._one()
        server.freeze()
        await asyncio.sleep(self.chance.uniform(0.2, 2))
        server.thaw()

    async def _drop_the_database(self) -> None:
        await asyncio.to_thread(self.site.database.drop_connections)

    async def _restart_redis(self) -> None:
        """It loses all that it had, and is away for a moment."""
        self.site.redis.kill()
        await asyncio.sleep(self.chance.uniform(0, 4))
        await asyncio.to_thread(self.site.redis.start)

    async def _stop_redis(self) -> None:
        """It answers nobody, and closes nothing."""
        self.site.redis.freeze()
        await asyncio.sleep(self.chance.uniform(1, 6))
        self.site.redis.thaw()


FAULTS: tuple[Callable[[Faults], Awaitable[None]], ...] = (
    Faults._deploy,
    Faults._kill,
    Faults._stand_still,
    Faults._pause,
    Faults._drop_the_database,
    Faults._restart_redis,
    Faults._stop_redis,
)
ENDS_REPLIES = frozenset({"deploy", "kill", "stand_still"})
"""After these a reply may be `interrupted` though its client stayed."""
