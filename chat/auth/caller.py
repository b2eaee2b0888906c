"""Somebody whose credentials were accepted, as a plain value that outlives request and transaction."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from chat.errors import MissingScope
from chat.quota import NOTHING_SAID, Quota
from chat.scopes import ALL_SCOPES, Scope


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

    scopes: frozenset[Scope] = ALL_SCOPES
    """What a key is for. Who is signed in may do all that their account may."""
    address: str | None = None
    """Where the call comes from; a Unix socket knows none."""
    quota: Quota = NOTHING_SAID
    """What its user's groups say that they may use; the site says the rest."""
    key_quota: Quota = NOTHING_SAID
    """What the key may use by itself."""

    def need(self, *scopes: Scope) -> None:
        """Raises `MissingScope` where its key has none of these."""
        if self.scopes.isdisjoint(scopes):
            raise MissingScope(*scopes)

    @property
    def source(self) -> str:
        """Where what it asks comes from, as reviewers see it (`chat.models.digest.SOURCES`).

        A page has a session, a program a key: whichever way the page happens to be connected.
        """
        if self.via == "session":
            return "page"
        return "api" if self.door == "http" else self.door
