"""Open WebSockets and live connections per user of this process. Never awaits, so nothing can race."""

from collections import Counter

from chat.errors import TooMany
from chat.limits.quotas import Somebody, quota_of


class SocketLimit:
    """`enter` once for each that opens and `leave` once when it closes; 0 lifts the limit."""

    def __init__(self) -> None:
        self._open: Counter[int] = Counter()

    def enter(self, who: Somebody) -> None:
        """Count a socket. Raises `TooMany`, and then there is nothing to leave."""
        limit = quota_of(who.quota).sockets
        if limit and self._open[who.user_id] >= limit:
            raise TooMany(
                f"You have {limit} live connections open, which is the limit. Close one first.",
                code="too_many_sockets",
            )
        self._open[who.user_id] += 1

    def leave(self, who: Somebody) -> None:
        self._open[who.user_id] -= 1
        if self._open[who.user_id] <= 0:
            del self._open[who.user_id]
