"""What an API key may be used for. Plain values: which call needs which is said where the calls are."""

from collections.abc import Iterable
from typing import Final, Literal

Scope = Literal["chat", "read", "review", "admin"]

SCOPES: Final[tuple[Scope, ...]] = ("chat", "read", "review", "admin")
"""`chat`: ask, stop, change and delete as this user. `read`: the user's conversations; follow replies.
`review`: the review desk, `admin`: keys and usage of all users, both as far as the user may."""
DEFAULT_SCOPES: Final[frozenset[Scope]] = frozenset({"chat", "read"})
ALL_SCOPES: Final[frozenset[Scope]] = frozenset(SCOPES)


def scopes_text(scopes: Iterable[Scope]) -> str:
    """As they are stored: "chat read", always in the same order."""
    wanted = set(scopes)
    return " ".join(scope for scope in SCOPES if scope in wanted)


def scopes_in(text: str) -> frozenset[Scope]:
    """Those of a text; a word that is none gives nothing."""
    return frozenset(word for word in text.split() if word in SCOPES)
