"""The audit log's page: for auditors and nobody else, filtered, exported, verified; no word of a user."""

import csv
import io
import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from chat.admin.review import audit
from chat.audit import Actor, record
from chat.audit.chain import head, verify
from chat.database import close_pools
from chat.models import AuditEntry, Conversation
from chat.review import audit_entries

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/admin/review/audit/"


@pytest.fixture
def erins(erin: User) -> Client:
    client = Client()
    client.force_login(erin)
    return client


def text(client: Client, query: str = "") -> str:
    answer = client.get(PAGE + query)
    assert answer.status_code == 200
    return answer.content.decode()


def numbers(page: str) -> list[int]:
    """The numbers of the entries that are shown."""
    return [int(part.split("<")[0]) for part in page.split('<td class="audit-number">')[1:]]


def test_an_auditor_needs_no_other_right_and_others_are_refused(
    erins: Client, alice: User, bob: User
) -> None:
    assert erins.get(PAGE).status_code == 200
    bob.groups.add(Group.objects.get(name="Reviewers"))
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    for user, status in ((bob, 403), (alice, 302)):
        client = Client()
        client.force_login(user)
        for address in (PAGE, f"{PAGE}verify/", f"{PAGE}export/"):
            answer = client.get(address) if address == PAGE else client.post(address, {"form": "csv"})
            assert answer.status_code == status, address
    assert not AuditEntry.objects.exists()


def test_it_shows_who_did_what_and_no_word_of_a_user(erins: Client, alice: User, carol: User) -> None:
    row = Conversation.objects.create(owner=alice, title="My secret")
    record(Actor(carol.pk, "admin"), "read", "conversation", row.id, {"messages": 2})
    record(Actor(None, "server"), "purge", "user", alice.pk)
    alice.delete()
    page = text(erins)
    assert "carol" in page
    assert str(row.id) in page
    assert "My secret" not in page
    assert f"(erased user {alice.pk})" in page or "(erased user" in page
    assert numbers(page) == [2, 1]


def test_filters_combine(erins: Client, carol: User, dave: User) -> None:
    for actor in (carol, dave):
        for action, thing in (("read", "a"), ("verdict", "a"), ("read", "b")):
            record(Actor(actor.pk, "admin"), action, "conversation", thing)
    record(Actor(None, "server"), "purge", "conversation", "a")
    found = {
        "?actor=carol": [3, 2, 1],
        f"?actor={dave.pk}": [6, 5, 4],
        "?actor=-": [7],
        "?object=a": [7, 5, 4, 2, 1],
        "?object=a&action=read": [4, 1],
        "?actor=carol&action=read&kind=conversation&object=b": [3],
        "?actor=nobody": [],
        "?since=2999-01-01": [],
        "?until=2999-01-01&action=verdict": [5, 2],
        "?since=yesterday": [],
        "?action=never-heard-of": [],
    }
    assert {query: numbers(text(erins, query)) for query in found} == found


def test_pages_go_back_to_the_first_entry(erins: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_entries, "PAGE", 2)
    for number in range(5):
        record(Actor(1, "admin"), "read", "conversation", number)
    assert numbers(text(erins)) == [5, 4]
    assert 'href="?before=4"' in text(erins)
    assert numbers(text(erins, "?before=4&action=read")) == [3, 2]
    last = text(erins, "?before=2")
    assert numbers(last) == [1]
    assert 'rel="next"' not in last


def test_a_page_costs_the_same_however_much_it_shows(
    erins: Client, carol: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        record(Actor(carol.pk, "admin"), "read", "conversation", number)
    text(erins)
    with django_assert_num_queries(9):
        text(erins)


def test_verifying_is_an_entry_and_says_what_it_found(erins: Client, erin: User) -> None:
    record(Actor(1, "admin"), "read", "conversation", 1)
    assert "not verified yet" in text(erins)
    answer = erins.post(f"{PAGE}verify/", follow=True)
    assert "The chain is whole: 1 entry." in answer.content.decode()
    entry = AuditEntry.objects.latest("id")
    assert (entry.actor, entry.action, entry.details["faults"]) == (erin.pk, "verify", 0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE chat_auditentry SET action = 'list' WHERE id = 1")
    page = erins.post(f"{PAGE}verify/", follow=True).content.decode()
    assert "The chain is broken. Entries: 1" in page
    assert "audit-broken" in text(erins)


def test_a_long_log_is_verified_in_steps(erins: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "STEP", 2)
    for number in range(5):
        record(Actor(1, "admin"), "read", "conversation", number)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE chat_auditentry SET action = 'list' WHERE id = 1")
    for at in (2, 4):
        erins.post(f"{PAGE}verify/")
        assert f"Verifying: {at} of 5 entries." in text(erins)
    page = erins.post(f"{PAGE}verify/", follow=True).content.decode()
    assert "The chain is broken. Entries: 1" in page
    details = AuditEntry.objects.latest("id").details
    assert (details["through"], details["faults"]) == (5, 1)


async def _whole(answer: Any) -> bytes:
    return b"".join([piece async for piece in answer])


def exported(client: Client, **form: str) -> bytes:
    answer = client.post(f"{PAGE}export/", form)
    assert answer.status_code == 200
    try:
        return async_to_sync(_whole)(answer)
    finally:
        close_pools()


def test_an_export_holds_what_was_asked_for_and_is_an_entry(
    erins: Client, erin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chat.admin.review import audit_export

    monkeypatch.setattr(audit_export, "AT_ONCE", 2)
    for number in range(5):
        record(Actor(1, "admin"), "read" if number % 2 else "list", "conversation", number, {"n": number})
    lines = [json.loads(line) for line in exported(erins, form="jsonl").splitlines()]
    assert [line["id"] for line in lines] == [1, 2, 3, 4, 5]
    assert lines[-1]["hash"] == AuditEntry.objects.get(id=5).hash
    rows = list(csv.DictReader(io.StringIO(exported(erins, form="csv", action="read").decode())))
    assert [(row["id"], row["details"]) for row in rows] == [("2", '{"n": 1}'), ("4", '{"n": 3}')]
    entry = AuditEntry.objects.latest("id")
    assert (entry.actor, entry.action, entry.kind) == (erin.pk, "export", "audit")
    assert entry.details == {"form": "csv", "through": 6, "by": ["action"]}
    assert erins.post(f"{PAGE}export/", {"form": "exe"}).status_code == 302
    assert verify() == (head(), [])
