"""What a user says of a reply becomes one flag, is theirs to take back, and is told to nobody in vain."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from fakes.talks import Talk, talk
from pytest_django import Settings

from chat.access.trees import Tree, read_messages, read_tree
from chat.audit import Actor, record
from chat.errors import BadRequest, ChatError, Conflict, NotFound
from chat.models import AuditEntry, Flag
from chat.review import reporting
from chat.review.flags import resolve


@pytest.fixture
def hers(alice: User) -> Talk:
    return talk(alice)


@pytest.fixture
def by_alice(alice: User) -> Actor:
    return Actor(alice.pk, "page")


def tree_of_alice(alice: Actor, made: Talk) -> Tree:
    return read_tree(alice.user or 0, made.conversation)


def open_kinds() -> list[str]:
    return list(Flag.objects.filter(resolved=None).values_list("kind", flat=True))


def test_a_thumb_down_raises_one_flag(hers: Talk, by_alice: Actor) -> None:
    reporting.rate(by_alice, hers.reply, -1, None)
    reporting.rate(by_alice, hers.reply, -1, "Wrong.")
    assert open_kinds() == ["disliked"]
    [entry] = AuditEntry.objects.all()
    assert (entry.action, entry.object, entry.actor) == ("flag", str(hers.conversation), by_alice.user)
    assert "Wrong" not in str(entry.details)


@pytest.mark.parametrize("then", [1, None])
def test_a_thumb_that_goes_up_again_leaves_no_flag_where_nobody_looked(
    hers: Talk, by_alice: Actor, then: int | None
) -> None:
    reporting.rate(by_alice, hers.reply, -1, None)
    reporting.rate(by_alice, hers.reply, then, None)
    assert not Flag.objects.exists()


def test_what_a_reviewer_has_seen_is_settled_and_stays_known(
    hers: Talk, by_alice: Actor, carol: User
) -> None:
    reporting.rate(by_alice, hers.reply, -1, None)
    record(Actor(carol.pk, "admin"), "read", "conversation", hers.conversation)
    reporting.rate(by_alice, hers.reply, None, None)
    flag = Flag.objects.get()
    assert flag.resolved is not None
    assert flag.resolved_by_id == by_alice.user


def test_a_comment_added_later_opens_nothing_that_a_reviewer_settled(
    hers: Talk, by_alice: Actor, carol: User
) -> None:
    reporting.rate(by_alice, hers.reply, -1, None)
    resolve(Actor(carol.pk, "admin"), hers.whole)
    reporting.rate(by_alice, hers.reply, -1, "It was wrong.")
    assert open_kinds() == []


def test_a_thumb_that_goes_down_anew_opens_it_again(hers: Talk, by_alice: Actor, carol: User) -> None:
    reporting.rate(by_alice, hers.reply, -1, None)
    resolve(Actor(carol.pk, "admin"), hers.whole)
    Flag.objects.update(announced="2026-01-01T00:00Z")
    reporting.rate(by_alice, hers.reply, 1, None)
    reporting.rate(by_alice, hers.reply, -1, None)
    flag = Flag.objects.get()
    assert (flag.resolved, flag.resolved_by, flag.announced) == (None, None, None)


def test_a_report_twice_is_one_with_the_later_reason(hers: Talk, by_alice: Actor) -> None:
    reporting.report(by_alice, hers.reply, None)
    reporting.report(by_alice, hers.reply, " It tells how to build a bomb. ")
    reporting.report(by_alice, hers.reply, None)
    flag = Flag.objects.get()
    assert (flag.kind, flag.reason) == ("reported", "It tells how to build a bomb.")
    assert AuditEntry.objects.count() == 1
    shown = read_messages(tree_of_alice(by_alice, hers), [str(hers.reply), str(hers.question)])
    assert [shown[str(key)]["reported"] for key in (hers.reply, hers.question)] == [True, False]


def test_a_question_can_be_reported_too_and_a_report_taken_back(hers: Talk, by_alice: Actor) -> None:
    reporting.report(by_alice, hers.question, "My password is in it.")
    reporting.take_report_back(by_alice, hers.question)
    reporting.take_report_back(by_alice, hers.question)
    assert not Flag.objects.exists()
    assert [entry.action for entry in AuditEntry.objects.order_by("id")] == ["flag", "resolve"]


def test_nobody_reports_what_is_anothers(hers: Talk, bob: User) -> None:
    for verb in (reporting.report, lambda actor, key, _: reporting.take_report_back(actor, key)):
        with pytest.raises(NotFound):
            verb(Actor(bob.pk, "page"), hers.reply, None)


def test_a_reason_has_its_length(hers: Talk, by_alice: Actor) -> None:
    with pytest.raises(BadRequest):
        reporting.report(by_alice, hers.reply, "x" * 2001)


@pytest.fixture(params=["off", "exempt", "temporary"])
def unreviewed(request: pytest.FixtureRequest, settings: Settings, alice: User) -> dict[str, Any]:
    """Ways in which nobody reviews a conversation of Alice's."""
    if request.param == "off":
        settings.CHAT_REVIEW = "off"
    elif request.param == "exempt":
        settings.CHAT_REVIEW_EXEMPT_GROUPS = ["Works council"]
        alice.groups.add(Group.objects.create(name="Works council"))
    else:
        settings.CHAT_TEMPORARY_CHATS = "private"
        return {"temporary": True}
    return {}


def test_where_nobody_reviews_a_report_says_so_and_a_thumb_is_a_thumb(
    alice: User, by_alice: Actor, unreviewed: dict[str, Any]
) -> None:
    hers = talk(alice, **unreviewed)
    with pytest.raises(Conflict) as refused:
        reporting.report(by_alice, hers.reply, None)
    assert isinstance(refused.value, ChatError)
    assert refused.value.code == "not_reviewed"
    assert not reporting.can_report(hers.conversation)
    assert reporting.rate(by_alice, hers.reply, -1, None)["feedback"]["rating"] == -1
    assert not Flag.objects.exists()
