"""What a user's groups open and allow. Synchronous: one query."""

from django.contrib.auth.models import Group

from chat.quota import QUOTA_FIELDS, Quota, most_generous


def groups_of(user_id: int) -> tuple[frozenset[int], Quota]:
    """Their ids, and what they let the user use together."""
    said = (f"limits__{name}" for name in QUOTA_FIELDS)
    rows = Group.objects.filter(user=user_id).values_list("pk", *said)
    found = [(key, Quota(*values)) for key, *values in rows]
    return frozenset(key for key, _ in found), most_generous(quota for _, quota in found)
