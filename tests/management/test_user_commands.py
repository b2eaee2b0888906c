"""`manage.py erase_user`, `export_user` and `apply_retention`, as scripts see them."""

import json
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from chat.audit import Actor
from chat.models import AuditEntry, Conversation, Message, RetentionRule
from chat.review.holding import hold

pytestmark = pytest.mark.django_db(transaction=True)

BY_COMMAND = Actor(None, "command")


@pytest.fixture
def row(alice: User) -> Conversation:
    row = Conversation.objects.create(owner=alice, title="A title", updated="2020-01-01T00:00Z")
    Message.objects.create(conversation=row, role="user", content="A text")
    return row


def run(*arguments: Any) -> tuple[int, dict[str, Any]]:
    out = StringIO()
    try:
        call_command(*arguments, "--json", stdout=out, stderr=StringIO())
    except SystemExit as end:
        return int(end.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_a_dry_run_says_what_would_go_and_erases_nothing(alice: User, row: Conversation) -> None:
    code, found = run("erase_user", "alice", "--dry-run")
    assert (code, found["conversations"], found["messages"], found["left"]) == (0, 1, 1, 1)
    assert User.objects.filter(username="alice", is_active=True).exists()
    assert not AuditEntry.objects.exists()


def test_a_user_is_erased_with_all_that_they_had(alice: User, row: Conversation) -> None:
    code, found = run("erase_user", "alice", "--yes")
    assert (code, found["conversations"], found["left"]) == (0, 1, 0)
    assert not User.objects.filter(pk=alice.pk).exists()
    assert not Message.objects.exists()
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "erase",
        "purge",
        "purge",
    ]


def test_without_yes_and_nobody_to_ask_nothing_happens(
    alice: User, row: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(CommandError) as refused:
        call_command("erase_user", "alice")
    assert refused.value.returncode == 2
    assert User.objects.filter(username="alice").exists()


def test_a_hold_forbids_it_and_a_held_conversation_stays(alice: User, bob: User, row: Conversation) -> None:
    hold(BY_COMMAND, "a case", user=bob.pk)
    with pytest.raises(CommandError) as refused:
        call_command("erase_user", "bob", "--yes")
    assert refused.value.returncode == 1
    hold(BY_COMMAND, "a case", conversation=row.id)
    code, found = run("erase_user", "alice", "--yes")
    assert (code, found["held"], found["left"]) == (3, 1, 1)


def test_a_copy_is_for_its_owner_alone_and_an_entry(alice: User, row: Conversation, tmp_path: Path) -> None:
    path = tmp_path / "alice.zip"
    call_command("export_user", "alice", "--output", str(path), stdout=StringIO())
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as archive:
        assert any(name.startswith("conversations/md/") for name in archive.namelist())
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.kind, entry.object) == ("export_user", "user", str(alice.pk))
    with pytest.raises(CommandError):
        call_command("export_user", "alice", "--output", str(path))


def test_retention_is_tried_before_it_is_done(alice: User, row: Conversation) -> None:
    rule = RetentionRule.objects.create(days=30, enabled=True)
    code, found = run("apply_retention", "--dry-run")
    assert (code, found["rules"][0]["conversations"], found["rules"][0]["rule"]) == (0, 1, rule.pk)
    assert Conversation.objects.exists()
    assert run("apply_retention", "--vacuum")[1]["rules"][0]["conversations"] == 1
    assert not Conversation.objects.exists()
