"""Somebody whose credentials were accepted, as a plain value that outlives request and transaction."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and by which credential: what ends when that credential does."""

    user_id: int
    via: Literal["session", "key", "ticket"]
    key_id: UUID | None = None
    """Set where `via` is "key", and for a ticket that was made for one."""
    session_key: str | None = None
    """Set where `via` is "session"."""
    reply: UUID | None = None
    """Set where `via` is "ticket": the one reply that it may follow."""
    is_staff: bool = False
    group_ids: frozenset[int] = frozenset()
    door: Literal["http", "websocket", "openai"] = "http"
    """How a program calls: over a socket, or reading replies in the form of OpenAI's API."""

    @property
    def source(self) -> str:
        """Where what it asks comes from, as reviewers see it (`chat.models.digest.SOURCES`).

        A page has a session, a program a key: whichever way the page happens to be connected.
        """
        if self.via == "session":
            return "page"
        return "api" if self.door == "http" else self.door
