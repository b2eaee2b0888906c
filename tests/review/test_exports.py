"""An export is begun once, ended once, and leaves both in the audit log, with no words of the filter."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from chat.audit import Actor
from chat.ids import new_id
from chat.models import AuditEntry, ReviewExport, Server
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


def test_what_a_dead_process_made_is_ended_in_its_place_and_told(dave: User) -> None:
    actor, here = Actor(dave.pk, "admin"), Server.objects.create(name="here")
    lives = exports.ask(dave.pk, "", "jsonl", pseudonymised=False)
    died = exports.ask(dave.pk, "", "csv", pseudonymised=False)
    exports.begin(lives, 9, actor, here.pk)
    exports.begin(died, 9, actor, new_id())
    exports.note(died.pk, 4)
    assert exports.end_abandoned() == 1
    assert exports.end_abandoned() == 0
    died.refresh_from_db()
    assert (died.done, died.error, died.cancelled) == (4, "interrupted", False)
    assert died.ended is not None
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.actor, entry.object) == ("export_ended", None, str(died.pk))
    assert entry.details == {"conversations": 4, "how": "interrupted"}
    assert exports.note(lives.pk, 5)


def test_a_command_that_was_killed_is_ended_after_an_hour_without_a_word(dave: User) -> None:
    row = exports.ask(None, "", "jsonl", pseudonymised=False)
    assert exports.end_abandoned() == 0, "it has not begun"
    exports.begin(row, 9, Actor(None, "command"))
    assert exports.end_abandoned() == 0
    ReviewExport.objects.update(heard=timezone.now() - exports.LOST)
    assert exports.end_abandoned() == 1
    assert not exports.note(row.pk, 5)
