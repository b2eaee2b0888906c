"""Which conversations a reviewer wants to see: a plain value, written to and read from an address.

`chat.review.filter_form` reads it, `chat.review.conditions` says it to the database.
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final, Self
from urllib.parse import urlencode

NOT_A_CONDITION: Final = frozenset({"sort"})


@dataclass(frozen=True, slots=True)
class Filter:
    """All that is said must hold. Names and values are those of the address, where what is empty is left out.

    What is said of replies (model, status, finish reason, source, dates) holds of one and the same call.
    """

    q: str = ""
    """Words: what is listed are places where they stand, in conversations that meet the rest."""
    user: str = ""
    """A name."""
    group: int | None = None
    model: str = ""
    status: tuple[str, ...] = ()
    cause: str = ""
    """Of an end before the end: an error's code, or why it was cut off (`left`, `drain`, `crash`)."""
    finish: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    rating: str = ""
    """`up`, `down`."""
    comment: bool = False
    flagged: str = ""
    """`open`: a flag waits; `any`: there is or was one."""
    verdict: str = ""
    """Of the conversation or a message of it; `none`: there is none."""
    label: int | None = None
    assignee: str = ""
    """`me`, `nobody`, or a name."""
    escalated: bool = False
    length_from: int | None = None
    length_to: int | None = None
    tokens_from: int | None = None
    tokens_to: int | None = None
    date_from: date | None = None
    """Days on which something was asked, the last one included."""
    date_to: date | None = None
    sort: str = "newest"
    """`ranked`: for words only."""

    def query(self) -> str:
        """As `user=alice&status=failed&status=stopped`; always in the same order."""
        pairs: list[tuple[str, str]] = []
        for name, value in self.said().items():
            values = value if isinstance(value, tuple) else (value,)
            pairs += [(name, "1" if one is True else str(one)) for one in values]
        return urlencode(pairs)

    def said(self) -> dict[str, Any]:
        """The fields that say something."""
        return {
            field.name: value
            for field in fields(self)
            if (value := getattr(self, field.name)) != field.default and value not in ("", None, ())
        }

    def conditions(self) -> int:
        """How many there are."""
        return len(self.said().keys() - NOT_A_CONDITION)

    def without(self, name: str) -> Self:
        """The same without what one field says."""
        defaults = {field.name: field.default for field in fields(self)}
        kept = {key: value for key, value in self.said().items() if key != name}
        return type(self)(**{**defaults, **kept})
