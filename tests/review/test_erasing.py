"""Erasing a user on request: all goes at once but for what is held, and the chain stays good."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings
from review.conftest import MakeConversation

from chat.actions.accounts import purge_shut_accounts
from chat.audit import Actor, record
from chat.audit.chain import verify
from chat.errors import Conflict
from chat.models import AuditEntry, Conversation, Flag, ReviewExport, SavedFilter
from chat.review.erasing import erase, extent_of, purge_erased
from chat.review.holding import hold, lift
from chat.review.purging import purge_hidden

pytestmark = pytest.mark.django_db

BY_DAVE = Actor(None, "command")


def test_all_goes_without_waiting_and_the_chain_stays_good(
    alice: User, bob: User, make_conversation: MakeConversation, settings: Settings
) -> None:
    settings.CHAT_PURGE_DAYS = 30
    flagged, _plain, of_bob = (make_conversation(user) for user in (alice, alice, bob))
    Flag.objects.create(conversation=flagged, kind="reported")
    record(Actor(alice.pk, "admin"), "read", "conversation", of_bob.id)
    record(BY_DAVE, "read", "conversation", flagged.id)
    assert extent_of(alice.pk).waiting == 1
    erase(BY_DAVE, alice.pk)
    assert purge_erased(alice.pk) == 2
    assert list(Conversation.objects.values_list("id", flat=True)) == [of_bob.id]
    assert not User.objects.filter(pk=alice.pk).exists()
    assert verify()[1] == []
    entry = AuditEntry.objects.get(action="erase")
    assert (entry.object, entry.details["conversations"], entry.details["messages"]) == (str(alice.pk), 2, 4)


def test_a_server_does_the_rest_where_only_the_account_was_shut(
    alice: User, make_conversation: MakeConversation, settings: Settings
) -> None:
    settings.CHAT_PURGE_DAYS = 30
    Flag.objects.create(conversation=make_conversation(alice), kind="reported")
    erase(BY_DAVE, alice.pk)
    assert purge_hidden() == 1
    assert purge_shut_accounts() == 1


def test_no_filter_and_no_export_keeps_the_name(alice: User, bob: User, dave: User) -> None:
    for query in ("user=alice&status=failed", "user=alice2", "q=user%3Dalice"):
        SavedFilter.objects.create(owner=dave, name=query, query=query)
    for name, ended in (("alice", timezone.now()), ("alice", None), ("bob", timezone.now())):
        ReviewExport.objects.create(owner=dave, query=f"user={name}", form="csv", total=1, ended=ended)
    erase(BY_DAVE, alice.pk)
    assert [row.query for row in SavedFilter.objects.order_by("id")] == ["user=alice2", "q=user%3Dalice"]
    left = sorted((row.query, row.ended is None) for row in ReviewExport.objects.all())
    assert left == [("user=alice", True), ("user=bob", False)], "one that runs has its row until it is over"


def test_a_user_under_a_hold_is_not_erased(alice: User, make_conversation: MakeConversation) -> None:
    row = make_conversation(alice)
    hold(BY_DAVE, "a case", user=alice.pk)
    with pytest.raises(Conflict, match="hold"):
        erase(BY_DAVE, alice.pk)
    alice.refresh_from_db()
    assert alice.is_active
    assert Conversation.objects.filter(id=row.id, deleted=None).exists()


def test_a_held_conversation_stays_until_it_is_let_go(
    alice: User, make_conversation: MakeConversation
) -> None:
    held, _plain = make_conversation(alice), make_conversation(alice)
    number = hold(BY_DAVE, "a case", conversation=held.id)
    erase(BY_DAVE, alice.pk)
    assert purge_erased(alice.pk) == 1
    assert User.objects.filter(pk=alice.pk, is_active=False).exists()
    lift(BY_DAVE, number)
    purge_hidden()
    assert purge_shut_accounts() == 1
    assert verify()[1] == []
