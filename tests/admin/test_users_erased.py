"""Deleting a user in the administration: numbers, no titles; a hold bars it; and it leaves an entry."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from chat.actions.accounts import ERASED, purge_shut_accounts
from chat.audit import Actor
from chat.audit.chain import verify
from chat.database import close_pools
from chat.models import AuditEntry, Conversation, Message
from chat.review.holding import hold
from chat.review.purging import purge_hidden

# The service's threads must see what the test wrote.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _pools() -> Iterator[None]:
    yield
    close_pools()


@pytest.fixture
def daves(dave: User) -> Client:
    client = Client()
    client.force_login(dave)
    return client


@pytest.fixture
def row(alice: User) -> Conversation:
    row = Conversation.objects.create(owner=alice, title="My secret title")
    Message.objects.create(conversation=row, role="user", content="My secret text")
    return row


def entries() -> list[tuple[str, str, dict[str, Any]]]:
    rows = AuditEntry.objects.order_by("id")
    return [(entry.action, entry.object, entry.details) for entry in rows]


def test_the_page_shows_numbers_and_no_title(daves: Client, alice: User, row: Conversation) -> None:
    answer = daves.get(f"/admin/auth/user/{alice.pk}/delete/", follow=True)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Erase this user for good" in page
    assert "secret" not in page
    chosen = {"action": "delete_selected", "_selected_action": [str(alice.pk)]}
    page = daves.post("/admin/auth/user/", chosen, follow=True).content.decode()
    assert "secret" not in page
    assert User.objects.filter(pk=alice.pk).exists()


def test_it_takes_the_name_typed_and_leaves_an_entry(
    daves: Client, dave: User, alice: User, row: Conversation
) -> None:
    address = f"/admin/auth/user/{alice.pk}/erase/"
    assert daves.post(address, {"username": "bob"}).status_code == 200
    alice.refresh_from_db()
    assert alice.is_active
    assert daves.post(address, {"username": "alice"}).status_code == 302
    alice.refresh_from_db()
    assert alice.username.startswith(ERASED)
    # The server's own purge may have begun by now, with entries of its own.
    [(key, details)] = [(key, details) for action, key, details in entries() if action == "erase"]
    assert key == str(alice.pk)
    assert (details["conversations"], details["messages"]) == (1, 1)
    purge_hidden()
    purge_shut_accounts()
    assert not User.objects.filter(pk=alice.pk).exists()
    assert not Message.objects.exists()
    assert verify()[1] == []


def test_a_hold_bars_it(daves: Client, dave: User, alice: User, row: Conversation) -> None:
    hold(Actor(dave.pk, "admin"), "a case", user=alice.pk)
    address = f"/admin/auth/user/{alice.pk}/erase/"
    assert "under a legal hold" in daves.get(address).content.decode()
    daves.post(address, {"username": "alice"})
    alice.refresh_from_db()
    assert alice.is_active
    assert [action for action, _key, _details in entries()] == ["hold"]


def test_who_may_not_delete_users_is_refused_and_a_superuser_is_for_superusers(
    alice: User, bob: User, dave: User, row: Conversation
) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    client = Client()
    client.force_login(bob)
    assert client.get(f"/admin/auth/user/{alice.pk}/erase/").status_code == 403
    bob.user_permissions.add(Permission.objects.get(codename="delete_user"))
    assert client.get(f"/admin/auth/user/{alice.pk}/erase/").status_code == 200
    assert client.get(f"/admin/auth/user/{dave.pk}/erase/").status_code == 403
    assert client.post(f"/admin/auth/user/{alice.pk}/export/").status_code == 403


def test_the_last_administrator_is_not_erased(daves: Client, dave: User) -> None:
    page = daves.post(f"/admin/auth/user/{dave.pk}/erase/", {"username": "dave"}).content.decode()
    assert "last administrator" in page
    dave.refresh_from_db()
    assert dave.is_active


def test_what_is_changed_of_a_user_is_an_entry_without_names(daves: Client, dave: User, alice: User) -> None:
    group = Group.objects.create(name="Legal")
    fields = {
        "username": "alicia",
        "email": "new@example.org",
        "is_active": "on",
        "groups": [str(group.pk)],
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
    }
    assert daves.post(f"/admin/auth/user/{alice.pk}/change/", fields).status_code == 302
    action, key, details = entries()[-1]
    assert (action, key, details["how"], details["groups"]) == (
        "user_change",
        str(alice.pk),
        "change",
        [group.pk],
    )
    assert {"username", "email", "groups"} <= set(details["fields"])
    assert "alicia" not in str(entries())
    password = {"usable_password": "true", "password1": "Long enough 7", "password2": "Long enough 7"}
    password["set-password"] = "1"
    assert daves.post(f"/admin/auth/user/{alice.pk}/password/", password).status_code == 302
    action, key, details = entries()[-1]
    assert (action, key) == ("password_change", str(alice.pk))
    assert "Long enough" not in str(entries())


def test_what_is_changed_of_a_group_is_an_entry(daves: Client) -> None:
    daves.post("/admin/auth/group/add/", {"name": "Works council"})
    group = Group.objects.get(name="Works council")
    daves.post(f"/admin/auth/group/{group.pk}/change/", {"name": "Council"})
    daves.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"})
    found = [(action, key, details["how"]) for action, key, details in entries()]
    assert found == [("group_change", str(group.pk), how) for how in ("add", "change", "delete")]
    assert "ouncil" not in str(entries())
