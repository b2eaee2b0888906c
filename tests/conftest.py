"""The cast: Alice owns things, Bob is another user, Carol reviews, Erin audits, Dave is the administrator.

Their password is their name.
"""

from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from pytest_django import DjangoDbBlocker

from chat.audit import guards
from chat.database import close_pools


@pytest.fixture(autouse=True)
def _no_connection_is_left() -> Iterator[None]:
    """What called the service leaves threads with connections, under which no database can be dropped."""
    yield
    close_pools()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Tests empty the tables, which the audit log's guards refuse: `audit_guards` brings them back."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for statement in guards.statements_undone(connection.vendor):
            cursor.execute(statement)


@pytest.fixture
def audit_guards(db: None) -> Iterator[None]:
    """The triggers of the audit log, as a migration makes them."""
    with connection.cursor() as cursor:
        for statement in guards.statements(connection.vendor):
            cursor.execute(statement)
        yield
        for statement in guards.statements_undone(connection.vendor):
            cursor.execute(statement)


# The browser tests alone need more than requirements.txt gives.
collect_ignore = [] if find_spec("playwright") else ["browser"]


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice", "alice@example.org", "alice")


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob", "bob@example.org", "bob")


@pytest.fixture
def carol(db: None) -> User:
    """A reviewer: a member of staff who finds, reads and judges, and looks at what the admin shows."""
    user = User.objects.create_user("carol", "carol@example.org", "carol", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="chat", codename__startswith="view_")
    )
    user.groups.add(Group.objects.get(name="Reviewers"))
    return user


@pytest.fixture
def erin(db: None) -> User:
    """An auditor: reads the audit log, and nothing else."""
    user = User.objects.create_user("erin", "erin@example.org", "erin", is_staff=True)
    user.groups.add(Group.objects.get(name="Auditors"))
    return user


@pytest.fixture
def dave(db: None) -> User:
    return User.objects.create_superuser("dave", "dave@example.org", "dave")
