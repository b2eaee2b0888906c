"""What is done to the site while people use it: one fault after the other, each of them healed."""

import asyncio
import contextlib
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from process.fault_run.site import Site
from process.harness.processes import Server
from process.harness.scripts import now

EXIT_SECONDS = 20.0
STILL_SECONDS = 13.0
"""Longer than others wait before they take a silent server's replies over."""

TOGETHER = 0.3
"""How often two are done at once."""
TABLES = ("chat_message", "chat_completion")
Fault = Callable[["Faults"], Awaitable[None]]


@dataclass(slots=True)
class Faults:
    """Does them, and remembers when."""

    site: Site
    chance: random.Random
    done: list[tuple[str, float, float]] = field(default_factory=list)
    """Name, begin and end, by the clock of all processes."""
    _busy: list[Server] = field(default_factory=list)
    _redis: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def until(self, moment: float) -> None:
        """A fault every few seconds until then, or two at once; each of them before one comes again."""
        waiting: list[Fault] = []
        while now() < moment:
            await asyncio.sleep(self.chance.uniform(0.2, 1.5))
            together = 2 if self.chance.random() < TOGETHER else 1
            if len(waiting) < together:
                waiting += self.chance.sample(FAULTS, len(FAULTS))
            await asyncio.gather(*(self._do(waiting.pop()) for _ in range(together)))

    async def _do(self, fault: Fault) -> None:
        began = now()
        await fault(self)
        self.done.append((fault.__name__.strip("_"), began, now()))

    def between(self, begin: float, end: float) -> list[str]:
        """Which of them touched that time."""
        return [name for name, since, until in self.done if since <= end and until >= begin]

    @contextlib.asynccontextmanager
    async def _one(self) -> AsyncIterator[Server]:
        """A server that nothing else is done to."""
        server = self.chance.choice([each for each in self.site.servers if each not in self._busy])
        self._busy.append(server)
        try:
            yield server
        finally:
            self._busy.remove(server)

    async def _deploy(self) -> None:
        """A rolling restart: one is asked to end, and a new one takes its place."""
        async with self._one() as server:
            server.ask_to_end()
            code = await asyncio.to_thread(server.exit_code, EXIT_SECONDS)
            # uvicorn ends by the signal that it was sent, when all is saved.
            good = -signal.SIGTERM if server.way == "uvicorn" else 0
            assert code == good, f"a server that was asked to end exited with {code}"
            await asyncio.to_thread(server.start)

    async def _kill(self) -> None:
        async with self._one() as server:
            server.kill()
            await asyncio.sleep(self.chance.uniform(0, 3))
            await asyncio.to_thread(server.start)

    async def _stand_still(self) -> None:
        """As a machine that sleeps: it wakes when others took its replies over."""
        async with self._one() as server:
            server.freeze()
            await asyncio.sleep(STILL_SECONDS)
            server.thaw()

    async def _pause(self) -> None:
        """So short that nobody may take anything over."""
        async with self._one() as server:
            server.freeze()
            await asyncio.sleep(self.chance.uniform(0.2, 2))
            server.thaw()

    async def _drop_the_database(self) -> None:
        await asyncio.to_thread(self.site.database.drop_connections)

    async def _hold_a_table(self) -> None:
        """As a migration does: whoever writes or reads waits."""
        await asyncio.to_thread(
            self.site.database.hold, self.chance.choice(TABLES), self.chance.uniform(0.2, 2)
        )

    async def _restart_redis(self) -> None:
        """It loses all that it had, and is away for a moment."""
        async with self._redis:
            self.site.redis.kill()
            await asyncio.sleep(self.chance.uniform(0, 4))
            await asyncio.to_thread(self.site.redis.start)

    async def _stop_redis(self) -> None:
        """It answers nobody, and closes nothing."""
        async with self._redis:
            self.site.redis.freeze()
            await asyncio.sleep(self.chance.uniform(1, 6))
            self.site.redis.thaw()


FAULTS: tuple[Fault, ...] = (
    Faults._deploy,
    Faults._kill,
    Faults._stand_still,
    Faults._pause,
    Faults._drop_the_database,
    Faults._hold_a_table,
    Faults._restart_redis,
    Faults._stop_redis,
)
ENDS_REPLIES = frozenset({"deploy", "kill", "stand_still"})
"""After these a reply may be `interrupted` though its client stayed."""
