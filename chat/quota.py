"""How much somebody may use, and what is left of it: values. None says nothing, 0 lifts a limit. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a limit."""

    limit: int
    remaining: int
    reset: float
    """Seconds until all of it is there again."""


@dataclass(frozen=True, slots=True)
class Quota:
    """Days and months are the site's. Costs are in the currency of the prices; each currency by itself."""

    requests_per_minute: int | None = None
    streams: int | None = None
    """Replies that run at a time."""
    sockets: int | None = None
    tokens_per_day: int | None = None
    """Read and written."""
    tokens_per_month: int | None = None
    cost_per_day: Decimal | None = None
    cost_per_month: Decimal | None = None
    message_chars: int | None = None
    attachment_bytes: int | None = None

    def over(self, other: "Quota") -> "Quota":
        """What this one says, and of what it says nothing, what the other one says."""
        pairs = zip(self._all(), other._all(), strict=True)
        return Quota(*(theirs if mine is None else mine for mine, theirs in pairs))

    @property
    def spends(self) -> bool:
        """Whether what was used before has to be known."""
        return bool(self.tokens_per_day or self.tokens_per_month) or self.costs

    @property
    def costs(self) -> bool:
        """Whether prices have to be known, too."""
        return bool(self.cost_per_day or self.cost_per_month)

    def _all(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in QUOTA_FIELDS)


NOTHING_SAID: Final = Quota()
QUOTA_FIELDS: Final = tuple(field.name for field in fields(Quota))


def most_generous(quotas: Iterable[Quota]) -> Quota:
    """Of each limit the highest that any of them says; lifting it is higher than any number."""
    said = [quota._all() for quota in quotas]
    return Quota(*(_highest(values) for values in zip(*said, strict=True))) if said else NOTHING_SAID


def _highest(values: Iterable[Any]) -> Any:
    known = [value for value in values if value is not None]
    if not known:
        return None
    return type(known[0])(0) if any(value == 0 for value in known) else max(known)
