"""Rules and labels are kept by whoever may; what cannot work is refused with its line; changes are logged."""

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from fakes.talks import talk

from chat.models import AuditEntry, Flag, FlagRule, Label

ADD = "admin:chat_flagrule_add"


@pytest.fixture
def as_keeper(client: Client, bob: User) -> Client:
    """An administrator of the chat, and no superuser."""
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    bob.groups.add(Group.objects.get(name="Chat administrators"))
    client.force_login(bob)
    return client


def rule(kind: str, value: str, **more: Any) -> dict[str, Any]:
    return {"name": "A rule", "kind": kind, "value": value, "questions": "on", "replies": "on"} | more


def test_a_rule_is_made_changed_and_removed_with_an_entry_for_each(as_keeper: Client) -> None:
    assert as_keeper.post(reverse(ADD), rule("words", "bomb\nknife", enabled="on")).status_code == 302
    made = FlagRule.objects.get()
    address = reverse("admin:chat_flagrule_change", args=[made.pk])
    as_keeper.post(address, rule("words", "bomb"))
    as_keeper.post(reverse("admin:chat_flagrule_delete", args=[made.pk]), {"post": "yes"})
    entries = AuditEntry.objects.order_by("id")
    assert [entry.details["change"] for entry in entries] == ["added", "changed", "removed"]
    assert {(entry.action, entry.kind) for entry in entries} == {("rule_change", "flagrule")}
    assert "bomb" not in str([entry.details for entry in entries])


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        ("pattern", "fine\n(open", "Line 2 cannot be used: missing ): (open."),
        ("pattern", "([a-z]{0,30}){20}x$", "Line 1 is too costly"),
        ("long", "many", "Give a whole number of characters, above 0."),
        ("words", "", "Give at least one, each on a line of its own."),
    ],
)
def test_what_cannot_work_is_refused_with_its_line(
    as_keeper: Client, kind: str, value: str, says: str
) -> None:
    page = as_keeper.post(reverse(ADD), rule(kind, value))
    assert page.status_code == 200
    assert says in page.content.decode()
    assert not FlagRule.objects.exists()


def test_labels_are_kept_by_who_may_and_not_by_reviewers(
    client: Client, as_keeper: Client, carol: User
) -> None:
    as_keeper.post(reverse("admin:chat_label_add"), {"name": "Legal"})
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object) == ("label_change", str(Label.objects.get().pk))
    client.force_login(carol)
    assert client.post(reverse("admin:chat_label_add"), {"name": "More"}).status_code == 403
    assert client.post(reverse(ADD), rule("failed", "")).status_code == 403


def test_a_rule_is_applied_to_what_is_there_from_its_list(as_keeper: Client, alice: User) -> None:
    talk(alice, "a bomb")
    made = FlagRule.objects.create(name="Weapons", kind="words", value="bomb")
    fields = {"action": "apply_to_what_is_there", "_selected_action": made.pk}
    page = as_keeper.post(reverse("admin:chat_flagrule_changelist"), fields, follow=True)
    assert "2 messages were looked at, and 1 flags raised." in page.content.decode()
    assert Flag.objects.get().rule == made
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"flag", "rule_change"}


@pytest.mark.django_db
def test_the_command_applies_them_says_how_many_and_can_run_again(alice: User) -> None:
    talk(alice, "a bomb", "no knife")
    FlagRule.objects.create(name="Weapons", kind="words", value="bomb")
    FlagRule.objects.create(name="Kitchen", kind="words", value="knife")

    def run(*options: str) -> dict[str, Any]:
        out = StringIO()
        call_command("apply_flag_rules", "--json", *options, stdout=out)
        found: dict[str, Any] = json.loads(out.getvalue())
        return found

    assert run("--dry-run") == {"looked": 2, "found": 2, "raised": 0, "dry_run": True}
    assert run("--rule", "Kitchen")["raised"] == 1
    assert run()["raised"] == 1
    assert run()["raised"] == 0
    with pytest.raises(CommandError, match="no enabled rule 'None'"):
        run("--rule", "None")
