"""The policies' page: rules are tried before they are enabled, holds made and lifted, each with an entry."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from pytest_django import Settings

from chat.models import AuditEntry, Conversation, LegalHold, RetentionRule

pytestmark = pytest.mark.django_db

PAGE = "/admin/review/policy/"


@pytest.fixture
def daves(dave: User) -> Client:
    client = Client()
    client.force_login(dave)
    return client


def rule(**fields: Any) -> dict[str, Any]:
    return {f"rule-{name}": value for name, value in fields.items()}


def actions() -> list[tuple[str, Any]]:
    rows = AuditEntry.objects.order_by("id")
    return [(entry.action, entry.details.get("how", entry.kind)) for entry in rows]


def test_a_rule_does_nothing_before_its_dry_run_was_seen(daves: Client, alice: User) -> None:
    Conversation.objects.create(owner=alice, title="A secret", updated="2020-01-01T00:00Z")
    answer = daves.post(f"{PAGE}rules/add/", rule(group="", days=30, act="delete"), follow=True)
    page = answer.content.decode()
    row = RetentionRule.objects.get()
    assert not row.enabled
    assert "Conversations that would be deleted now" in page
    assert "2020-01-01" in page
    assert "A secret" not in page
    enable = f"{PAGE}rules/{row.pk}/enable/"
    daves.post(enable, {"days": "31", "act": "delete"})  # of another rule than was shown
    assert RetentionRule.objects.filter(enabled=True).count() == 0
    daves.post(enable, {"days": "30", "act": "delete"})
    assert RetentionRule.objects.filter(enabled=True).count() == 1
    daves.post(f"{PAGE}rules/{row.pk}/change/", rule(group="", days=7, act="delete"))
    row.refresh_from_db()
    assert (row.days, row.enabled) == (7, False)
    daves.post(f"{PAGE}rules/{row.pk}/remove/")
    assert not RetentionRule.objects.exists()
    assert actions() == [("retention_change", how) for how in ("add", "enable", "change", "delete")]


def test_for_the_same_users_there_is_one_rule(daves: Client) -> None:
    group = Group.objects.create(name="few")
    for fields, status in (
        ({"group": group.pk, "days": 30, "act": "delete"}, 302),
        ({"group": group.pk, "days": 10, "act": "anonymise"}, 400),
        ({"group": "", "days": 90, "act": "anonymise"}, 302),
        ({"group": "", "days": 365, "act": "delete"}, 302),
        ({"group": "", "days": 30, "act": "delete"}, 400),
        ({"group": "", "days": 0, "act": "delete"}, 400),
    ):
        assert daves.post(f"{PAGE}rules/add/", rule(**fields)).status_code == status, fields


def test_a_hold_is_made_and_lifted(daves: Client, dave: User, alice: User) -> None:
    row = Conversation.objects.create(owner=alice, title="A secret")
    add = f"{PAGE}holds/add/"
    for fields, status in (
        ({"hold-username": "alice", "hold-reason": "case 7"}, 302),
        ({"hold-conversation": str(row.id), "hold-reason": "case 7"}, 302),
        ({"hold-username": "alice", "hold-conversation": str(row.id), "hold-reason": "x"}, 400),
        ({"hold-username": "nobody", "hold-reason": "x"}, 400),
        ({"hold-username": "alice"}, 400),
    ):
        assert daves.post(add, fields).status_code == status, fields
    page = daves.get(PAGE).content.decode()
    assert "case 7" in page
    assert "A secret" not in page
    for hold in LegalHold.objects.all():
        daves.post(f"{PAGE}holds/{hold.pk}/lift/")
    assert not LegalHold.objects.filter(lifted=None).exists()
    assert [action for action, _ in actions()] == ["hold", "hold", "lift_hold", "lift_hold"]
    assert "case 7" not in str(list(AuditEntry.objects.values_list("details", flat=True)))


def test_each_part_is_for_whoever_has_its_permission(alice: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    client = Client()
    client.force_login(bob)
    assert client.get(PAGE).status_code == 403
    bob.user_permissions.add(Permission.objects.get(codename="view_legalhold"))
    page = client.get(PAGE).content.decode()
    assert "Legal holds" in page
    assert "Retention rules" not in page
    assert "New hold" not in page
    posts = (
        "rules/add/",
        "rules/1/enable/",
        "rules/1/change/",
        "rules/1/remove/",
        "holds/add/",
        "holds/1/lift/",
    )
    for address in posts:
        assert client.post(PAGE + address, {}).status_code == 403, address
    assert not AuditEntry.objects.exists()


def test_the_days_of_a_purge_are_said(daves: Client, settings: Settings) -> None:
    assert "as soon as it can be undone no more" in daves.get(PAGE).content.decode()
    settings.CHAT_PURGE_DAYS = 30
    assert "gone for good after 30 days" in daves.get(PAGE).content.decode()
