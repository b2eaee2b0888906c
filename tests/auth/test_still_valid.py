"""What ends open streams and sockets: a revoked key, an ended session, a deactivated account."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from chat.audit.log import SERVER
from chat.auth.authenticate import as_of_now, authenticate, still_valid
from chat.auth.caller import Caller
from chat.auth.credentials import Credentials
from chat.auth.keys import create_key, revoke_keys
from chat.auth.tickets import make_ticket
from chat.ids import new_id
from chat.models import ApiKey, GroupLimits

pytestmark = pytest.mark.django_db


@pytest.fixture
def callers(client: Client, alice: User, bob: User) -> dict[str, Caller]:
    """Alice by key, session and ticket, and Bob by a key of his own."""
    client.force_login(alice)
    return {
        "key": authenticate(Credentials(bearer=create_key(alice, "")[1])),
        "session": authenticate(Credentials(session=client.session.session_key)),
        "ticket": authenticate(Credentials(ticket=make_ticket(new_id(), alice.pk))),
        "bob": authenticate(Credentials(bearer=create_key(bob, "")[1])),
    }


def left(callers: dict[str, Caller]) -> set[str]:
    valid = still_valid(callers.values())
    return {name for name, caller in callers.items() if caller in valid}


def test_all_are_valid_at_first(
    callers: dict[str, Caller], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):
        assert left(callers) == {"key", "session", "ticket", "bob"}


def test_nobody_costs_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert still_valid([]) == set()


def test_revoking_a_key_ends_what_it_opened(callers: dict[str, Caller]) -> None:
    revoke_keys(SERVER, ApiKey.objects.filter(user__username="alice"))
    assert left(callers) == {"session", "ticket", "bob"}


def test_an_expired_key_ends_what_it_opened(callers: dict[str, Caller]) -> None:
    keys = ApiKey.objects.filter(user__username="alice")
    keys.update(expires=timezone.now() + timedelta(minutes=1))
    assert left(callers) == {"key", "session", "ticket", "bob"}
    keys.update(expires=timezone.now())
    assert left(callers) == {"session", "ticket", "bob"}


def test_signing_out_ends_what_the_session_opened(callers: dict[str, Caller], client: Client) -> None:
    client.logout()
    assert left(callers) == {"key", "ticket", "bob"}


def test_deactivating_a_user_ends_all_of_theirs(callers: dict[str, Caller]) -> None:
    User.objects.filter(username="alice").update(is_active=False)
    assert left(callers) == {"bob"}


def test_what_a_group_opens_and_allows_is_known_of_all_that_is_open(
    callers: dict[str, Caller], alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    group = Group.objects.create(name="Some")
    alice.groups.add(group)
    GroupLimits.objects.create(group=group, streams=3)
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    ApiKey.objects.filter(user=alice).update(requests_per_minute=7, scopes_stored="read")
    with django_assert_num_queries(5):
        now = as_of_now(callers.values())
    for name in ("key", "session"):
        found = now[callers[name]]
        assert found.group_ids == {group.pk}
        assert (found.quota.streams, found.is_staff) == (3, True)
    by_key = now[callers["key"]]
    assert by_key.key_quota.requests_per_minute == 7
    assert by_key.scopes == {"read"}
    assert now[callers["bob"]] == callers["bob"]
    assert now[callers["ticket"]] == callers["ticket"]
    alice.groups.clear()
    assert not as_of_now(now.values())[by_key].group_ids
