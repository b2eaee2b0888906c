"""Tokens and their cost, by user, group and model. Users whose groups are exempt from review stand together,
without their names.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.contrib.auth.models import Group, User

from chat.digest.costs import Money, Prices, added, cost_of
from chat.digest.sums import Sums
from chat.review.scope import exempt_users

EXEMPT: Final = -1
"""Stands for all users whose names are not shown."""


@dataclass(slots=True)
class Usage:
    """Of a user, a group or a model. `unpriced`: replies whose model had no price then."""

    key: int | str | None
    name: str
    replies: int = 0
    prompt: int = 0
    completion: int = 0
    cost: Money = field(default_factory=dict)
    unpriced: int = 0

    @property
    def tokens(self) -> int:
        return self.prompt + self.completion


@dataclass(frozen=True, slots=True)
class Spent:
    """What one user used of one model."""

    owner: int
    model: str
    replies: int
    prompt: int
    completion: int
    cost: Money
    unpriced: int


def spent_of(pieces: Iterable[tuple[date, Sums]], prices: Prices) -> list[Spent]:
    """Of each user and model; a piece begins with the day on which its prices hold."""
    spent = []
    for begin, sums in pieces:
        for model, one in sums.items():
            rate = prices.on(model, begin)
            for owner, (replies, read, written) in one.owners.items():
                cost = cost_of(rate, read, written)
                unpriced = replies if rate is None else 0
                spent.append(Spent(owner, model, replies, read, written, cost, unpriced))
    return spent


def _added(spent: Iterable[Spent], keys: Callable[[Spent], Iterable[Any]]) -> dict[Any, Usage]:
    sums: dict[Any, Usage] = {}
    for each in spent:
        for key in keys(each):
            usage = sums.setdefault(key, Usage(key, str(key)))
            usage.replies += each.replies
            usage.prompt += each.prompt
            usage.completion += each.completion
            usage.cost = added((usage.cost, each.cost))
            usage.unpriced += each.unpriced
    return sums


def _largest(sums: dict[Any, Usage]) -> list[Usage]:
    """Most tokens first; the name decides between equals."""
    return sorted(sums.values(), key=lambda usage: (-usage.tokens, -usage.replies, usage.name))


def by_model(spent: list[Spent]) -> list[Usage]:
    return _largest(_added(spent, lambda each: [each.model]))


def by_user(spent: list[Spent]) -> list[Usage]:
    exempt = exempt_users()
    sums = _added(spent, lambda each: [EXEMPT if each.owner in exempt else each.owner])
    largest = _largest(sums)
    names = dict(
        User.objects.filter(pk__in=[usage.key for usage in largest[:100]]).values_list("pk", "username")
    )
    for usage in largest:
        assert isinstance(usage.key, int)
        usage.name = names.get(usage.key, "")
    return largest


def by_group(spent: list[Spent]) -> list[Usage]:
    """Who is in several groups counts in each; `None` stands for those in none."""
    belongs: dict[int, list[int]] = {}
    for user, group in User.groups.through.objects.values_list("user_id", "group_id"):
        belongs.setdefault(user, []).append(group)
    sums = _added(spent, lambda each: belongs.get(each.owner, [None]))
    names = dict(Group.objects.values_list("pk", "name"))
    for usage in sums.values():
        usage.name = names.get(usage.key, "") if isinstance(usage.key, int) else ""
    return _largest(sums)
