"""What was hidden is purged when its time is over, with an entry; what is flagged, queued or held stays."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings
from review.conftest import MakeConversation

from chat.actions.accounts import GOING, purge_shut_accounts, shut_account
from chat.audit import Actor
from chat.audit.chain import verify
from chat.models import AuditEntry, Conversation, Flag, LegalHold, Message, Review
from chat.review.holding import hold, lift
from chat.review.purging import purge_hidden

pytestmark = pytest.mark.django_db

BY_DAVE = Actor(None, "admin")


def there(row: Conversation) -> bool:
    return Conversation.objects.filter(id=row.id).exists()


def test_without_days_it_goes_as_soon_as_it_can_be_undone_no_more(
    alice: User, make_conversation: MakeConversation
) -> None:
    fresh, old = make_conversation(alice, hidden=0), make_conversation(alice, hidden=0.01)
    assert purge_hidden() == 1
    assert (there(fresh), there(old)) == (True, False)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.via, entry.action, entry.kind) == (None, "server", "purge", "conversation")
    assert (entry.object, entry.details) == (str(old.id), {"messages": 2})


def test_with_days_it_goes_when_they_are_over(
    alice: User, make_conversation: MakeConversation, settings: Settings
) -> None:
    settings.CHAT_PURGE_DAYS = 30
    young, old = make_conversation(alice, hidden=29), make_conversation(alice, hidden=30)
    assert purge_hidden() == 1
    assert (there(young), there(old)) == (True, False)


def test_a_message_waits_as_long(
    alice: User, make_conversation: MakeConversation, settings: Settings
) -> None:
    settings.CHAT_PURGE_DAYS = 30
    row = make_conversation(alice)
    reply = row.messages.get(role="assistant")
    for days, left in ((29, 2), (30, 1)):
        Message.objects.filter(id=reply.id).update(deleted=timezone.now() - timedelta(days=days))
        purge_hidden()
        assert row.messages.count() == left
    assert [(entry.kind, entry.object) for entry in AuditEntry.objects.all()] == [("message", str(reply.id))]


def test_a_temporary_chat_does_not_wait_for_the_days(
    alice: User, make_conversation: MakeConversation, settings: Settings
) -> None:
    settings.CHAT_PURGE_DAYS = 30
    rows = [
        make_conversation(alice, temporary=True, hidden=0),
        make_conversation(alice, temporary=True, asked=1),
        make_conversation(alice, temporary=True, asked=0.9),
    ]
    purge_hidden()
    assert [there(row) for row in rows] == [False, False, True]


def test_what_is_flagged_queued_or_held_stays_until_that_is_settled(
    alice: User, bob: User, carol: User, make_conversation: MakeConversation
) -> None:
    flagged, escalated, given, held, temporary, plain = (
        make_conversation(alice, hidden=1, temporary=number == 4) for number in range(6)
    )
    of_bob = make_conversation(bob, hidden=1)
    for row in (flagged, temporary):
        Flag.objects.create(conversation=row, kind="hand")
    Review.objects.create(conversation=escalated, escalated=True)
    review = Review.objects.create(conversation=given, assignee=carol)
    numbers = [hold(BY_DAVE, "a case", conversation=held.id), hold(BY_DAVE, "a case", user=bob.pk)]
    assert purge_hidden() == 1
    assert not there(plain)
    Flag.objects.update(resolved=timezone.now())
    Review.objects.filter(pk=review.pk).update(verdict="useful")
    Review.objects.update(escalated=False)
    assert purge_hidden() == 4
    assert [there(row) for row in (held, of_bob)] == [True, True]
    for number in numbers:
        lift(BY_DAVE, number)
    assert purge_hidden() == 2
    assert verify()[1] == []


def test_a_deleted_message_of_what_is_kept_stays(alice: User, make_conversation: MakeConversation) -> None:
    row = make_conversation(alice)
    Message.objects.filter(role="assistant").update(deleted=timezone.now() - timedelta(days=1))
    flag = Flag.objects.create(conversation=row, kind="reported")
    assert purge_hidden() == 0
    flag.delete()
    assert purge_hidden() == 1


def test_an_account_that_left_stays_as_long_as_something_of_it_is_kept(
    alice: User, make_conversation: MakeConversation
) -> None:
    flagged, plain = make_conversation(alice), make_conversation(alice)
    flag = Flag.objects.create(conversation=flagged, kind="disliked")
    shut_account(alice.pk)
    purge_hidden()
    assert purge_shut_accounts() == 0
    assert (there(flagged), there(plain)) == (True, False)
    alice.refresh_from_db()
    assert (alice.is_active, alice.email) == (False, "")
    flag.delete()
    purge_hidden()
    assert purge_shut_accounts() == 1
    assert [(entry.kind, entry.action) for entry in AuditEntry.objects.all()[:1]] == [("user", "purge")]


def test_an_account_under_a_hold_keeps_its_name_and_lets_nobody_in(
    alice: User, make_conversation: MakeConversation
) -> None:
    row = make_conversation(alice)
    number = hold(BY_DAVE, "a case", user=alice.pk)
    shut_account(alice.pk)
    purge_hidden()
    assert purge_shut_accounts() == 0
    assert there(row)
    alice.refresh_from_db()
    assert alice.username.startswith(GOING)
    assert alice.username.endswith(":alice")
    assert (alice.email, alice.is_active) == ("alice@example.org", False)
    lift(BY_DAVE, number)
    purge_hidden()
    assert purge_shut_accounts() == 1
    assert not LegalHold.objects.exists()


def test_the_days_count_for_an_account_that_left_too(
    alice: User, make_conversation: MakeConversation, settings: Settings
) -> None:
    settings.CHAT_PURGE_DAYS = 30
    row = make_conversation(alice)
    shut_account(alice.pk)
    purge_hidden(timezone.now() + timedelta(days=29))
    assert there(row)
    purge_hidden(timezone.now() + timedelta(days=30))
    assert not there(row)
