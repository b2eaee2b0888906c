"""What a user's groups open and allow. Synchronous: one query."""

from collections import defaultdict
from collections.abc import Collection
from typing import Final

from django.contrib.auth.models import Group, User
from django.db.models import IntegerField

from chat.quota import NOTHING_SAID, QUOTA_FIELDS, Quota, most_generous
from chat.statements import Among, Param, Select

NO_GROUPS: Final = (frozenset[int](), NOTHING_SAID)
_LIMITS: Final = tuple(f"limits__{name}" for name in QUOTA_FIELDS)
_groups = Select(lambda: Group.objects.filter(user=Param("user", IntegerField())).values_list("pk", *_LIMITS))
_groups_of_all = Select(
    lambda: (
        User.objects.filter(Among("id", Param("users", IntegerField())), groups__isnull=False)
        .order_by()
        .values_list("pk", "groups", *(f"groups__{name}" for name in _LIMITS))
    )
)


def groups_of(user_id: int) -> tuple[frozenset[int], Quota]:
    """Their ids, and what they let the user use together."""
    found = [(key, Quota(*values)) for key, *values in _groups.rows(user=user_id)]
    return frozenset(key for key, _ in found), most_generous(quota for _, quota in found)


def groups_of_all(user_ids: Collection[int]) -> dict[int, tuple[frozenset[int], Quota]]:
    """The same of many. Who is in no group is not in it."""
    found = defaultdict(list)
    for user_id, key, *values in _groups_of_all.rows(users=user_ids):
        found[user_id].append((key, Quota(*values)))
    return {
        user_id: (frozenset(key for key, _ in groups), most_generous(quota for _, quota in groups))
        for user_id, groups in found.items()
    }
