"""The relay of a single process: there is nobody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from chat.relay.ports import RENEW_SECONDS, Owner, Piece


class NoRelay:
    """A reply that another process runs can only be one whose process died: the row alone tells of it."""

    def __init__(self, *, silence: float = RENEW_SECONDS) -> None:
        self._silence = silence
        self._owner: Owner | None = None

    async def start(self, owner: Owner) -> None:
        self._owner = owner

    async def stop(self, reply: UUID, server: UUID) -> bool:
        return False

    @asynccontextmanager
    async def follow(
        self, reply: UUID, epoch: UUID, server: UUID, *, reasoning: int, text: int
    ) -> AsyncIterator[AsyncIterator[Piece | None]]:
        yield self._nothing()

    async def _nothing(self) -> AsyncIterator[Piece | None]:
        while True:
            await asyncio.sleep(self._silence)
            yield None

    async def announce(self, user_id: int, event: dict[str, Any]) -> None:
        if self._owner is not None:
            self._owner.announced(user_id, event)

    async def close(self) -> None:
        self._owner = None
