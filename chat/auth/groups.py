"""What a user's groups open and allow. Synchronous: one query."""

from django.contrib.auth.models import Group
from django.db.models import IntegerField

from chat.quota import QUOTA_FIELDS, Quota, most_generous
from chat.statements import Param, Select

_groups = Select(
    lambda: Group.objects.filter(user=Param("user", IntegerField())).values_list(
        "pk", *(f"limits__{name}" for name in QUOTA_FIELDS)
    )
)


def groups_of(user_id: int) -> tuple[frozenset[int], Quota]:
    """Their ids, and what they let the user use together."""
    found = [(key, Quota(*values)) for key, *values in _groups.rows(user=user_id)]
    return frozenset(key for key, _ in found), most_generous(quota for _, quota in found)
