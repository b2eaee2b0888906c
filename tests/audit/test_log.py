"""The audit log: what an entry holds, the chain, and what a change in the database shows."""

import pytest
from django.db import DatabaseError, connection, transaction

from chat.audit import Actor, record
from chat.audit.chain import Head, head, is_part, verify
from chat.audit.keyed import keyed_hash
from chat.audit.log import SERVER
from chat.models import AuditEntry

pytestmark = pytest.mark.django_db


def three() -> list[AuditEntry]:
    return [
        record(Actor(7, "admin"), "read", "conversation", number, {"parts": [1, 2]}) for number in (1, 2, 3)
    ]


def test_entries_are_numbered_without_a_gap_and_chained() -> None:
    entries = three()
    assert [entry.id for entry in entries] == [1, 2, 3]
    assert entries[0].previous == "0" * 64
    assert entries[2].previous == entries[1].hash
    assert verify() == (Head(3, entries[2].hash), [])


def test_an_empty_log_is_a_good_one() -> None:
    assert verify() == (Head(0, "0" * 64), [])
    assert is_part(head())


def test_an_entry_takes_ids_and_hashes_and_no_text() -> None:
    with pytest.raises(ValueError, match="no text"):
        record(SERVER, "search", details={"words": "w" * 65})
    assert AuditEntry.objects.count() == 0
    assert keyed_hash("needle") == keyed_hash("needle") != keyed_hash("needles")
    record(SERVER, "search", details={"words": keyed_hash("needle")})


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE chat_auditentry SET actor = 8 WHERE id = 2",
        "UPDATE chat_auditentry SET at = '2001-01-01 00:00:00+00:00' WHERE id = 2",
        "UPDATE chat_auditentry SET details = '{\"parts\": [1, 3]}' WHERE id = 2",
        "UPDATE chat_auditentry SET object = '9' WHERE id = 2",
    ],
)
def test_a_changed_entry_is_found(change: str) -> None:
    three()
    with connection.cursor() as cursor:
        cursor.execute(change)
    assert [(fault.number, fault.what) for fault in verify()[1]] == [(2, "changed")]


def test_an_entry_that_is_gone_is_found() -> None:
    three()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM chat_auditentry WHERE id = 2")
    assert [(fault.number, fault.what) for fault in verify()[1]] == [(3, "missing"), (3, "unlinked")]


def test_an_end_that_was_cut_off_is_found_by_the_head_that_was_noted() -> None:
    three()
    noted = head()
    assert is_part(noted)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM chat_auditentry WHERE id = 3")
    assert verify()[1] == []  # the chain alone cannot know
    assert not is_part(noted)


@pytest.mark.usefixtures("audit_guards")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE chat_auditentry SET actor = 8",
        "DELETE FROM chat_auditentry",
        "DELETE FROM chat_auditentry WHERE id = 3",
    ],
)
def test_the_database_refuses_to_change_an_entry(change: str) -> None:
    three()
    with (
        pytest.raises(DatabaseError, match="only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert verify()[1] == []


@pytest.mark.usefixtures("audit_guards")
def test_the_database_refuses_to_replace_or_empty() -> None:
    three()
    other = {
        "postgresql": "TRUNCATE chat_auditentry",
        "sqlite": "INSERT OR REPLACE INTO chat_auditentry SELECT * FROM chat_auditentry WHERE id = 2",
    }[connection.vendor]
    with (
        pytest.raises(DatabaseError, match="only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(other)
    assert verify()[1] == []


def test_an_entry_that_is_undone_leaves_no_gap() -> None:
    three()
    with transaction.atomic():
        record(SERVER, "read")
        transaction.set_rollback(True)
    assert record(SERVER, "read").id == 4
    assert verify()[1] == []
