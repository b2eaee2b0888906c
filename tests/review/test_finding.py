"""The list: every condition, alone and together, in pages without a gap, at a constant cost."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from review.furnished import digest, said

from chat.actions.deleting import hide_conversation, hide_message
from chat.actions.feedback import rate
from chat.errors import BadRequest
from chat.models import Completion, Conversation, Flag, Label, Review
from chat.review import conditions, finding
from chat.review.filters import Filter
from chat.review.finding import list_page, neighbours


def found(reviewer: User, **wanted: Any) -> list[UUID]:
    return [row.conversation for row in list_page(Filter(**wanted), reviewer.pk).rows]


@pytest.fixture(params=["looked up", "asked of each"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What few meet is asked in another way than what many meet."""
    if request.param == "asked of each":
        monkeypatch.setattr(conditions, "FEW", 0)


@pytest.mark.usefixtures("_both_ways")
def test_each_condition_finds_its_own(alice: User, bob: User, carol: User) -> None:
    group = Group.objects.create(name="Sales")
    bob.groups.add(group)
    label = Label.objects.create(name="Odd")
    plain = said(alice, "Hi", "Ho").conversation
    odd = said(
        bob,
        "A question that is longer than others",
        "x" * 500,
        source="openai",
        model="large",
        status="failed",
        finish_reason="length",
        usage={"prompt_tokens": 1000, "completion_tokens": 0},
    )
    rate(bob.pk, odd.reply, -1, "Bad")
    Flag.objects.create(conversation_id=odd.conversation, message_id=odd.reply, kind="disliked")
    review = Review.objects.create(
        conversation_id=odd.conversation, verdict="unsafe", assignee=carol, escalated=True
    )
    review.labels.add(label)
    digest()
    of_bob: Iterable[dict[str, Any]] = (
        {"user": "bob"},
        {"group": group.pk},
        {"model": "large"},
        {"status": ("failed", "stopped")},
        {"finish": ("length",)},
        {"source": ("openai", "api")},
        {"rating": "down"},
        {"comment": True},
        {"flagged": "open"},
        {"flagged": "any"},
        {"verdict": "unsafe"},
        {"label": label.pk},
        {"assignee": "me"},
        {"assignee": "carol"},
        {"escalated": True},
        {"length_from": 500},
        {"tokens_from": 1000, "tokens_to": 1000},
        {"model": "large", "status": ("failed",), "finish": ("length", "other"), "source": ("openai",)},
    )
    for wanted in of_bob:
        assert found(carol, **wanted) == [odd.conversation], wanted
    of_alice: Iterable[dict[str, Any]] = (
        {"user": "alice"},
        {"model": "small"},
        {"status": ("complete",)},
        {"source": ("page",)},
        {"verdict": "none"},
        {"assignee": "nobody"},
        {"length_to": 100},
        {"tokens_to": 5},
    )
    for wanted in of_alice:
        assert found(carol, **wanted) == [plain], wanted
    for wanted in ({"rating": "up"}, {"model": "large", "user": "alice"}, {"verdict": "poor"}):
        assert found(carol, **wanted) == [], wanted
    assert found(carol) == [odd.conversation, plain]


@pytest.mark.usefixtures("_both_ways")
def test_what_is_said_of_replies_holds_of_one_and_the_same(alice: User, carol: User) -> None:
    new = said(alice, model="small", status="failed", digested=False)
    said(alice, conversation=new.conversation, model="large", finish_reason="length")
    assert found(carol, model="small", status=("failed",)) == [new.conversation]
    assert found(carol, model="large", status=("failed",)) == []
    assert found(carol, status=("failed",), finish=("length",)) == []


@pytest.mark.usefixtures("_both_ways")
def test_a_cause_is_found_as_the_figures_name_it_and_together_with_the_rest(alice: User, carol: User) -> None:
    timeout: dict[str, Any] = {
        "status": "failed",
        "error": {"type": "upstream_error", "code": "upstream_timeout"},
    }
    late = said(alice, model="small", **timeout).conversation
    left = said(alice, status="interrupted", cut_off="left").conversation
    said(alice, "Complete")
    assert found(carol, cause="upstream_timeout") == [late]
    assert found(carol, cause="upstream_timeout", status=("failed",), model="small") == [late]
    assert found(carol, cause="upstream_timeout", model="large") == []
    assert found(carol, cause="left") == [left]
    assert found(carol, cause="left", status=("failed",)) == []
    assert found(carol, cause="drain") == []


@pytest.mark.usefixtures("_both_ways")
def test_days_are_those_on_which_something_was_asked(alice: User, carol: User) -> None:
    new = said(alice, "On Tuesday", digested=False)
    later = said(alice, "On Friday", conversation=new.conversation, status="failed", digested=False)
    tuesday, friday = datetime(2025, 6, 3, 23, 30, tzinfo=UTC), datetime(2025, 6, 6, tzinfo=UTC)
    Completion.objects.filter(message=new.reply).update(created=tuesday)
    Completion.objects.filter(message=later.reply).update(created=friday)
    Conversation.objects.update(created=tuesday, updated=friday)
    digest()
    day = timedelta(days=1)
    for first, last, wanted in (
        (tuesday, tuesday, {}),
        (friday, friday, {}),
        (friday, friday, {"status": ("failed",)}),
        (tuesday, friday, {"status": ("failed",)}),
    ):
        assert found(carol, date_from=first.date(), date_to=last.date(), **wanted) == [new.conversation]
    for first, last, wanted in (
        (tuesday + day, friday - day, {}),
        (tuesday, tuesday, {"status": ("failed",)}),
        (friday + day, friday + 9 * day, {}),
    ):
        assert found(carol, date_from=first.date(), date_to=last.date(), **wanted) == []
    assert found(carol, date_to=date.max) == [new.conversation]


def test_what_was_hidden_meets_nothing(alice: User, carol: User) -> None:
    new = said(alice, digested=False)
    failed = said(alice, "More", conversation=new.conversation, status="failed", model="large")
    assert failed.request is not None
    hide_message(alice.pk, failed.request)
    digest()
    assert found(carol, status=("failed",)) == []
    assert found(carol, model="large") == []
    hide_conversation(alice.pk, new.conversation)
    assert found(carol) == [], "at once, before the digest is made anew"


def test_the_scope_holds_for_superusers_too(alice: User, dave: User, settings: Settings) -> None:
    new = said(alice)
    assert found(dave) == [new.conversation]
    alice.groups.add(Group.objects.create(name="Works council"))
    settings.CHAT_REVIEW_EXEMPT_GROUPS = ["Works council"]
    assert found(dave) == []
    settings.CHAT_REVIEW_EXEMPT_GROUPS = []
    settings.CHAT_REVIEW = "flagged"
    assert found(dave) == []
    settings.CHAT_REVIEW = "off"
    assert found(dave, user="alice") == []


def test_pages_follow_each_other_without_a_gap(
    alice: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "PAGE", 3)
    made = [said(alice, digested=False).conversation for _ in range(7)]
    # Two of the same moment are told apart by their ids.
    Conversation.objects.filter(id__in=made[:4]).update(updated=datetime(2020, 1, 1, tzinfo=UTC))
    Completion.objects.filter(message__conversation__in=made[:4]).update(
        created=datetime(2019, 1, 1, tzinfo=UTC)
    )
    digest()
    seen: list[UUID] = []
    after = None
    counts = []
    while True:
        page = list_page(Filter(user="alice"), carol.pk, after)
        seen += [row.conversation for row in page.rows]
        counts.append(page.count)
        if (after := page.next) is None:
            break
    assert seen == made[::-1]
    assert counts == [7, None, None]
    for place, key in enumerate(seen):
        beside = neighbours(Filter(user="alice"), key, carol.pk)
        assert beside == (
            seen[place - 1] if place else None,
            seen[place + 1] if place + 1 < len(seen) else None,
        )
    assert neighbours(Filter(user="carol"), seen[0], carol.pk) == (None, None)


@pytest.mark.parametrize("after", ["", "x", "2025-01-01~00", "2025-01-01T00:00:00~" + "0" * 32, "~"])
def test_a_cursor_of_no_page_is_refused(carol: User, after: str) -> None:
    with pytest.raises(BadRequest):
        list_page(Filter(), carol.pk, after)


def test_a_page_costs_as_many_queries_however_much_there_is(alice: User, carol: User) -> None:
    def cost(**wanted: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            list_page(Filter(**wanted), carol.pk)
        return len(queries)

    new = said(alice)
    Flag.objects.create(conversation_id=new.conversation, kind="hand")
    everything: dict[str, Any] = {"user": "alice", "model": "small", "flagged": "open", "verdict": "none"}
    few = cost(), cost(**everything)
    for _ in range(10):
        new = said(alice)
        Flag.objects.create(conversation_id=new.conversation, kind="hand")
    assert (cost(), cost(**everything)) == few
    assert few[0] <= 7
