"""An export is begun once, ended once, and leaves both in the audit log, with no words of the filter."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from chat.audit import Actor
from chat.models import AuditEntry, ReviewExport
from chat.review import exports
from chat.review.exports import End


def test_begin_and_end_are_audit_entries_without_words(dave: User) -> None:
    actor = Actor(dave.pk, "admin")
    row = exports.ask(dave.pk, "q=secret+words", "csv", pseudonymised=True)
    assert not AuditEntry.objects.exists()
    assert exports.begin(row, 7, actor)
    assert exports.note(row.pk, 3)
    exports.end(row.pk, 7, End.WHOLE, actor)
    begun, ended = AuditEntry.objects.order_by("id")
    assert (begun.action, begun.actor, begun.object) == ("export", dave.pk, str(row.pk))
    assert begun.details.keys() == {"form", "filter", "pseudonymised", "total"}
    assert begun.details["form"] == "csv"
    assert begun.details["total"] == 7
    assert "secret" not in str(begun.details)
    assert ended.action == "export_ended"
    assert ended.details == {"conversations": 7, "how": "whole"}


def test_it_is_begun_once_and_ended_once(dave: User) -> None:
    actor = Actor(dave.pk, "admin")
    row = exports.ask(dave.pk, "", "jsonl", pseudonymised=False)
    assert exports.begin(row, 1, actor)
    assert not exports.begin(row, 1, actor)
    exports.end(row.pk, 1, End.WHOLE, actor)
    exports.end(row.pk, 0, End.LEFT, actor)
    assert AuditEntry.objects.count() == 2
    row.refresh_from_db()
    assert (row.done, row.cancelled) == (1, False)


def test_a_cancel_is_heard_at_the_next_note(alice: User, dave: User) -> None:
    actor = Actor(dave.pk, "admin")
    row = exports.ask(dave.pk, "", "jsonl", pseudonymised=False)
    exports.begin(row, 9, actor)
    assert not exports.cancel(row.pk, alice.pk)
    assert exports.note(row.pk, 1)
    assert exports.cancel(row.pk, dave.pk)
    assert not exports.note(row.pk, 2)
    exports.end(row.pk, 2, End.CANCELLED, actor)
    entry = AuditEntry.objects.latest("id")
    assert entry.action == "export_cancelled"
    assert entry.details == {"conversations": 2, "how": "cancelled"}


def test_what_was_asked_for_and_never_begun_goes(dave: User) -> None:
    old = exports.ask(dave.pk, "", "jsonl", pseudonymised=False)
    ReviewExport.objects.filter(pk=old.pk).update(made=timezone.now() - timedelta(hours=2))
    new = exports.ask(dave.pk, "", "jsonl", pseudonymised=False)
    assert list(ReviewExport.objects.all()) == [new]
