"""What was left of somebody's tokens when they asked last. In memory: told in headers, never judged by."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from uuid import UUID

from chat.limits.quotas import Somebody
from chat.quota import Allowance

REMEMBERED: Final = 10_000
"""Users and keys. Who is forgotten is told nothing until they ask again."""


class TokensTold:
    """Of those alone whose tokens are limited."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: dict[tuple[int, UUID | None], tuple[Allowance, float]] = {}

    def note(self, user_id: int, key_id: UUID | None, left: Allowance) -> None:
        if len(self._left) >= REMEMBERED:
            self._left.clear()
        self._left[user_id, key_id] = left, self._clock()

    def left(self, who: Somebody) -> Allowance | None:
        """None where nothing is known any more: a new day or month may have begun since."""
        told = self._left.get((who.user_id, who.key_id))
        if told is None:
            return None
        left, noted = told
        reset = left.reset - (self._clock() - noted)
        return replace(left, reset=reset) if reset > 0 else None
