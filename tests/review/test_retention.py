"""Retention: whose rule counts, what it does, what passes it by; and the dry run says the same."""

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from pytest_django import Settings
from review.conftest import MakeConversation

from chat.audit import Actor
from chat.audit.chain import verify
from chat.models import (
    Attachment,
    AuditEntry,
    Conversation,
    Flag,
    Message,
    RetentionRule,
    SearchEntry,
    Share,
)
from chat.review.holding import hold
from chat.review.retention import apply_all, apply_to, forecast
from chat.review.scope import reviewable

pytestmark = pytest.mark.django_db

NIGHTLY = Actor(None, "command")


def rule(
    days: int, act: str = "delete", group: Group | None = None, *, enabled: bool = True
) -> RetentionRule:
    return RetentionRule.objects.create(days=days, act=act, group=group, enabled=enabled)


def left() -> set[object]:
    return set(Conversation.objects.values_list("id", flat=True))


def applied() -> list[int]:
    return [done for _rule, done in apply_all(NIGHTLY)]


def test_what_was_last_asked_long_enough_ago_goes(alice: User, make_conversation: MakeConversation) -> None:
    old, young = make_conversation(alice, asked=30), make_conversation(alice, asked=29)
    thirty = rule(30)
    assert forecast(thirty).due == 1
    assert forecast(thirty).oldest == old.updated
    assert applied() == [1]
    assert left() == {young.id}
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object, entry.details["rule"]) == ("purge", str(old.id), thirty.pk)


def test_a_rule_that_is_not_enabled_says_what_it_would_do_and_does_nothing(
    alice: User, make_conversation: MakeConversation
) -> None:
    row = make_conversation(alice, asked=31)
    off = rule(30, enabled=False)
    assert forecast(off).due == 1
    assert applied() == []
    assert not apply_to(off.pk, row.id)
    assert left() == {row.id}


def test_the_group_with_the_fewest_days_counts_and_everybodys_rule_is_for_the_others(
    alice: User, bob: User, carol: User, make_conversation: MakeConversation
) -> None:
    few, many = Group.objects.create(name="few"), Group.objects.create(name="many")
    alice.groups.set([few, many])
    bob.groups.set([many])
    rules = [rule(10, group=few), rule(100, group=many), rule(50)]
    rows = {
        (user.username, asked): make_conversation(user, asked=asked).id
        for user in (alice, bob, carol)
        for asked in (11, 51, 101)
    }
    assert [forecast(each).due for each in rules] == [3, 1, 2]
    applied()
    assert left() == {rows["bob", 11], rows["bob", 51], rows["carol", 11]}


def test_what_is_held_or_waits_for_a_reviewer_stays(
    alice: User, bob: User, make_conversation: MakeConversation
) -> None:
    held, flagged, of_held_user = (
        make_conversation(alice, asked=31),
        make_conversation(alice, asked=31),
        make_conversation(bob, asked=31),
    )
    hold(NIGHTLY, "a case", conversation=held.id)
    hold(NIGHTLY, "a case", user=bob.pk)
    Flag.objects.create(conversation=flagged, kind="hand")
    for act in ("delete", "anonymise"):
        assert (forecast(rule(30, act)).due, forecast(RetentionRule.objects.get(act=act)).kept) == (0, 3)
    assert applied() == [0, 0]
    assert left() == {held.id, flagged.id, of_held_user.id}
    assert not Conversation.objects.exclude(owner__in=[alice, bob]).exists()


def test_what_runs_still_is_left_for_the_next_time(alice: User, make_conversation: MakeConversation) -> None:
    row = make_conversation(alice, asked=31)
    Message.objects.filter(conversation=row, role="assistant").update(status="streaming")
    rule(30)
    assert applied() == [0]
    assert left() == {row.id}


def test_anonymised_it_belongs_to_nobody_and_leads_back_nowhere(
    alice: User, make_conversation: MakeConversation
) -> None:
    row = make_conversation(alice, asked=31, system_prompt="I am Alice.", imported_from="export:7")
    question, reply = row.messages.order_by("id")
    Attachment.objects.create(
        owner=alice, message=question, name="alice.txt", kind="text", content_type="text/plain", size=1
    )
    Share.objects.create(conversation=row, hash="x", author="alice", messages=[])
    Flag.objects.create(
        conversation=row, message=reply, kind="reported", raised_by=alice, resolved=timezone.now()
    )
    gone = Message.objects.create(
        conversation=row, parent=question, role="assistant", content="No.", deleted=timezone.now()
    )
    rule(30, "anonymise")
    assert applied() == [1]
    row.refresh_from_db()
    assert (row.owner.username, row.owner.is_active) == ("anonymous:all", False)
    assert (row.title, row.system_prompt, row.imported_from) == ("About needles", "", "")
    assert not Attachment.objects.exists()
    assert not Share.objects.exists()
    assert not Message.objects.filter(id=gone.id).exists()
    assert Flag.objects.get().raised_by is None
    assert set(SearchEntry.objects.values_list("owner", flat=True)) == {row.owner_id}
    assert AuditEntry.objects.get().action == "anonymise"
    assert str(alice.pk) not in AuditEntry.objects.get().details.values()
    alice.delete()
    assert left() == {row.id}
    assert applied() == [0]  # once is enough


def test_what_was_anonymised_is_deleted_in_its_time(alice: User, make_conversation: MakeConversation) -> None:
    make_conversation(alice, asked=100)
    rule(30, "anonymise")
    assert applied() == [1]
    rule(99)
    assert applied() == [0, 1]
    assert left() == set()
    assert verify()[1] == []


def test_what_nobody_may_review_is_not_reviewed_when_it_is_anonymous(
    alice: User, bob: User, make_conversation: MakeConversation, settings: Settings
) -> None:
    settings.CHAT_REVIEW_EXEMPT_GROUPS = ["Legal"]
    alice.groups.add(Group.objects.create(name="Legal"))
    make_conversation(alice, asked=31)
    of_bob = make_conversation(bob, asked=31)
    rule(30, "anonymise")
    assert applied() == [2]
    assert [row.id for row in Conversation.objects.filter(reviewable())] == [of_bob.id]
