"""The cast: Alice owns things, Bob is another user, Carol reviews, Dave is the administrator.

Their password is their name.
"""

from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from django.contrib.auth.models import Permission, User

from chat.database import close_pools


@pytest.fixture(autouse=True)
def _no_connection_is_left() -> Iterator[None]:
    """What called the service leaves threads with connections, under which no database can be dropped."""
    yield
    close_pools()


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
    """A member of staff who may look at everything of the chat and change nothing."""
    user = User.objects.create_user("carol", "carol@example.org", "carol", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="chat", codename__startswith="view_")
    )
    return user


@pytest.fixture
def dave(db: None) -> User:
    return User.objects.create_superuser("dave", "dave@example.org", "dave")
