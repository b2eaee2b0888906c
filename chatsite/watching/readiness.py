"""Whether this process can serve: it began, does not drain, and what it needs answers. Within two seconds."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final

from chat import service
from chat.database import looking
from chat.errors import Unavailable
from chatsite import schema

OK: Final = "ok"
PATIENCE_SECONDS: Final = 1.5
"""The longest that one look waits for the database: the answer is out within two seconds."""
GOOD_FOR_SECONDS: Final = 1.0
"""So many questions as there may be, the database is asked once in this time."""


async def _ask() -> schema.State:
    return await looking(schema.state)


class Readiness:
    """Asks at most one question at a time: a database that hangs is not asked again until it has answered."""

    def __init__(
        self,
        held: Callable[[], service.Held | None] = service.held,
        ask: Callable[[], Coroutine[Any, Any, schema.State]] = _ask,
    ) -> None:
        self._held = held
        self._ask = ask
        self._asking: asyncio.Task[schema.State] | None = None
        self._known: tuple[float, dict[str, str]] | None = None

    async def look(self) -> dict[str, str]:
        """What was looked at, each `ok` or a few words that say what is wrong."""
        held = self._held()
        if held is None:
            return {"server": "has not begun"}
        if held.draining:
            # Its database is left alone: the process lets go of it.
            return {"server": "drains"}
        found = {"server": OK, **await self._database()}
        if held.relay_up is not None:
            found["redis"] = OK if held.relay_up else "does not answer"
        return found

    async def _database(self) -> dict[str, str]:
        now = time.monotonic()
        if self._known is not None and now - self._known[0] < GOOD_FOR_SECONDS:
            return self._known[1]
        if self._asking is None or self._asking.get_loop() is not asyncio.get_running_loop():
            self._asking = asyncio.create_task(self._ask())
        asking = self._asking
        await asyncio.wait({asking}, timeout=PATIENCE_SECONDS)
        if not asking.done():
            return {"database": "does not answer"}
        self._asking = None
        self._known = time.monotonic(), _told(asking)
        return self._known[1]


def _told(asking: "asyncio.Task[schema.State]") -> dict[str, str]:
    try:
        state = asking.result()
    except Unavailable:
        return {"database": "does not answer"}
    if state.missing:
        return {"database": OK, "migrations": f"{len(state.missing)} are not applied"}
    # A newer version was rolled out beside this one: while it serves, this process serves on.
    return {"database": OK, "migrations": OK}
