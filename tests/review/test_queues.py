"""The queues hold what waits: each where somebody looks for it, oldest first; none is lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from fakes.talks import Talk, talk

from chat.audit import Actor
from chat.models import Conversation, Flag, FlagRule
from chat.review.flags import flag_by_hand, resolve
from chat.review.judging import Change, change
from chat.review.queues import COUNTED, NAMES, Place, beside, counts, page
from chat.review.targets import Target

Flagged = Callable[..., Talk]


@pytest.fixture
def flagged(alice: User) -> Flagged:
    """A conversation flagged so many hours ago."""

    def make(hours: float, **fields: Any) -> Talk:
        made = talk(alice, f"{hours} hours")
        raised = timezone.now() - timedelta(hours=hours)
        fields = {"kind": "rule", "message_id": made.reply} | fields
        Flag.objects.create(conversation_id=made.conversation, raised=raised, **fields)
        return made

    return make


@pytest.fixture
def by_carol(carol: User) -> Actor:
    return Actor(carol.pk, "admin")


def in_queues(user: User) -> dict[str, list[str]]:
    return {name: [row.title for row in page(name, user.pk)] for name in NAMES}


def test_new_ones_are_those_nobody_was_given_oldest_first(
    flagged: Flagged, alice: User, carol: User, dave: User, by_carol: Actor
) -> None:
    talk(alice, "not flagged")
    flagged(1)
    given = flagged(3)
    flagged(2)
    change(by_carol, given.whole, 0, Change(assignee=dave.pk))
    assert in_queues(carol) == {"new": ["2 hours", "1 hours"], "mine": [], "escalated": []}
    assert in_queues(dave)["mine"] == ["3 hours"]
    assert counts(dave.pk) == {"new": 2, "mine": 1, "escalated": 0}


def test_a_verdict_takes_it_out_and_a_later_flag_brings_it_back_to_its_reviewer(
    flagged: Flagged, carol: User, by_carol: Actor
) -> None:
    mine = flagged(1)
    change(by_carol, mine.whole, 0, Change(assignee=carol.pk))
    change(by_carol, mine.whole, 1, Change(verdict="poor"))
    assert in_queues(carol) == {"new": [], "mine": [], "escalated": []}
    flag_by_hand(by_carol, mine.answer)
    assert in_queues(carol)["mine"] == ["1 hours"]


def test_what_is_escalated_waits_in_one_place(flagged: Flagged, carol: User, by_carol: Actor) -> None:
    up = flagged(1)
    change(by_carol, up.whole, 0, Change(escalated=True))
    assert in_queues(carol) == {"new": [], "mine": [], "escalated": ["1 hours"]}
    resolve(by_carol, up.whole)
    assert in_queues(carol)["escalated"] == ["1 hours"]


def test_what_somebody_had_who_left_is_new_again(
    flagged: Flagged, carol: User, dave: User, by_carol: Actor
) -> None:
    left = flagged(1)
    change(by_carol, left.whole, 0, Change(assignee=dave.pk))
    User.objects.filter(pk=dave.pk).update(is_active=False)
    assert in_queues(carol)["new"] == ["1 hours"]


def test_what_is_overdue_is_marked_with_why_it_is_there(
    flagged: Flagged, carol: User, settings: Any, alice: User
) -> None:
    rule = FlagRule.objects.create(name="Weapons", kind="words", value="bomb")
    old = flagged(49, rule=rule)
    Flag.objects.create(conversation_id=old.conversation, message_id=old.reply, kind="reported")
    flagged(47)
    late, soon = page("new", carol.pk)
    assert (late.overdue, soon.overdue) == (True, False)
    assert dict(late.kinds) == {"rule": 1, "reported": 1}
    assert (late.rules, late.owner) == (("Weapons",), "alice")
    settings.CHAT_REVIEW_DUE_HOURS = 0
    assert not any(row.overdue for row in page("new", carol.pk))


def test_one_goes_on_from_a_place_that_has_left_the_queue(
    flagged: Flagged, carol: User, by_carol: Actor
) -> None:
    for hours in (3, 2, 1):
        flagged(hours)
    first, second, third = page("new", carol.pk)
    change(by_carol, Target(second.conversation), 0, Change(verdict="useful"))
    here = Place(second.since, second.conversation)
    before, after = beside("new", carol.pk, here)
    assert (before, after) == (Place(first.since, first.conversation), Place(third.since, third.conversation))
    assert [row.title for row in page("new", carol.pk, here)] == ["1 hours"]
    assert beside("new", carol.pk, Place(third.since, third.conversation))[1] is None


def test_what_its_user_deletes_waits_on(flagged: Flagged, carol: User, by_carol: Actor) -> None:
    up, mine = flagged(3), flagged(2)
    flagged(1)
    change(by_carol, up.whole, 0, Change(escalated=True))
    change(by_carol, mine.whole, 0, Change(assignee=carol.pk))
    waiting = in_queues(carol)
    Conversation.objects.update(deleted=timezone.now())
    assert in_queues(carol) == waiting == {"new": ["1 hours"], "mine": ["2 hours"], "escalated": ["3 hours"]}


@pytest.mark.parametrize("policy", ["off", "flagged", "all"])
def test_what_may_not_be_reviewed_waits_nowhere(
    flagged: Flagged, carol: User, settings: Any, policy: str
) -> None:
    flagged(1)
    settings.CHAT_REVIEW = policy
    assert counts(carol.pk)["new"] == (0 if policy == "off" else 1)


def test_a_page_takes_as_many_queries_however_much_waits(
    flagged: Flagged, carol: User, django_assert_num_queries: Any
) -> None:
    for hours in range(12):
        flagged(hours)
    # PostgreSQL is told that the answers are short, in a transaction.
    told = 3 if connection.vendor == "postgresql" else 0
    with django_assert_num_queries(3 + told):
        assert len(page("new", carol.pk)) == 12
    with django_assert_num_queries(3 + told):
        counts(carol.pk)


def test_counts_end_at_more_than_so_many(alice: User, carol: User) -> None:
    rows = Conversation.objects.bulk_create(Conversation(owner=alice) for _ in range(COUNTED + 3))
    Flag.objects.bulk_create(Flag(conversation=row, kind="rule") for row in rows[:COUNTED])
    assert counts(carol.pk)["new"] == COUNTED
    Flag.objects.bulk_create(Flag(conversation=row, kind="rule") for row in rows)
    assert counts(carol.pk)["new"] == COUNTED + 1, "the same conversation counts once"


def test_a_verdict_on_a_message_leaves_its_conversation_where_it_waits(
    flagged: Flagged, carol: User, by_carol: Actor
) -> None:
    looked_at = flagged(1)
    change(by_carol, looked_at.answer, 0, Change(verdict="useful"))
    flag_by_hand(by_carol, looked_at.whole)
    assert in_queues(carol) == {"new": ["1 hours"], "mine": [], "escalated": []}
