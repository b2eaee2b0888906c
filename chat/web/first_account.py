"""The first account of a new server, an administrator: made once, whoever comes at the same moment."""

from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction


@transaction.atomic
def make_first_account(username: str, password: str) -> User | None:
    """The administrator, or None where somebody was first."""
    # Two visitors take turns here. PostgreSQL locks the row, which `migrate` made and which is
    # therefore always there; SQLite knows no row locks, but its transactions begin IMMEDIATE.
    ContentType.objects.select_for_update().get(app_label="auth", model="user")
    if User.objects.exists():
        return None
    return User.objects.create_superuser(username, password=password)
