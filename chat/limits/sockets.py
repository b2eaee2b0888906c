"""Open WebSockets and live connections per user of this process. Never awaits, so nothing can race."""

from collections import Counter

from django.conf import settings

from chat.errors import TooMany


class SocketLimit:
    """`enter` once for each that opens and `leave` once when it closes; 0 lifts the limit."""

    def __init__(self) -> None:
        self._open: Counter[int] = Counter()

    def enter(self, user_id: int) -> None:
        """Count a socket. Raises `TooMany`, and then there is nothing to leave."""
        limit = settings.CHAT_MAX_SOCKETS_PER_USER
        if limit and self._open[user_id] >= limit:
            raise TooMany(
                f"You have {limit} live connections open, which is the limit. Close one first.",
                code="too_many_sockets",
            )
        self._open[user_id] += 1

    def leave(self, user_id: int) -> None:
        self._open[user_id] -= 1
        if self._open[user_id] <= 0:
            del self._open[user_id]
