"""Who has the made-up conversations: users that nobody can sign in as, their groups, labels and rules."""

from dataclasses import dataclass
from random import Random
from typing import Final

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from chat.models import FlagRule, Label

PREFIX: Final = "sample-"
"""Of their names: by it the command knows what it made from what people wrote."""
USERS: Final = 200
GROUPS: Final = ("Sales", "Research", "Support", "Production", "Administration")
LABELS: Final = ("Billing", "Hallucination", "Personal data", "Good example", "Translation")


@dataclass(frozen=True, slots=True)
class People:
    users: list[int]
    weights: list[float]
    """How much each of them asks: the first one half as much again as the second."""
    labels: list[int]
    rule: int


def make_people(chance: Random) -> People:
    groups = [Group.objects.get_or_create(name=f"{PREFIX}{name}")[0] for name in GROUPS]
    known = set(User.objects.filter(username__startswith=PREFIX).values_list("username", flat=True))
    names = [f"{PREFIX}{number:03}" for number in range(USERS)]
    unusable = make_password(None)
    User.objects.bulk_create(User(username=name, password=unusable) for name in names if name not in known)
    users = list(User.objects.filter(username__in=names).order_by("username").values_list("id", flat=True))
    members = User.groups.through
    members._default_manager.bulk_create(
        (members(user_id=user, group_id=chance.choice(groups).pk) for user in users), ignore_conflicts=True
    )
    labels = [Label.objects.get_or_create(name=name)[0].pk for name in LABELS]
    rule, _ = FlagRule.objects.get_or_create(
        name=f"{PREFIX}failed", kind="failed", defaults={"enabled": False}
    )
    return People(users, [1 / (rank + 2) for rank in range(len(users))], labels, rule.pk)
