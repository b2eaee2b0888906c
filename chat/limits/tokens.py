"""What was left of somebody's tokens when they asked last. In memory: told in headers, never judged by."""

from typing import Final
from uuid import UUID

from chat.limits.quotas import Somebody
from chat.quota import Allowance

REMEMBERED: Final = 10_000
"""Users and keys. Who is forgotten is told nothing until they ask again."""


class TokensTold:
    """Of those alone whose tokens are limited."""

    def __init__(self) -> None:
        self._left: dict[tuple[int, UUID | None], Allowance] = {}

    def note(self, user_id: int, key_id: UUID | None, left: Allowance) -> None:
        if len(self._left) >= REMEMBERED:
            self._left.clear()
        self._left[user_id, key_id] = left

    def left(self, who: Somebody) -> Allowance | None:
        return self._left.get((who.user_id, who.key_id))
