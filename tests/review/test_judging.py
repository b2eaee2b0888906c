"""Two reviewers at once never overwrite each other unseen, and each change leaves its entry in the log."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from fakes.talks import Talk, talk
from pytest_django import Settings

from chat.audit import Actor
from chat.errors import BadRequest, NotFound
from chat.models import AuditEntry, Conversation, Flag, Label, Note, Review
from chat.review.flags import flag_by_hand, reopen, resolve
from chat.review.judging import Change, Overtaken, add_note, change, judges, remove_note
from chat.review.targets import Target


@pytest.fixture
def hers(alice: User) -> Talk:
    return talk(alice, "A secret?")


@pytest.fixture
def by_carol(carol: User) -> Actor:
    return Actor(carol.pk, "admin")


@pytest.fixture
def by_dave(dave: User) -> Actor:
    return Actor(dave.pk, "admin")


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_who_saw_an_older_version_is_refused_and_changes_nothing(
    hers: Talk, by_carol: Actor, by_dave: Actor
) -> None:
    assert change(by_carol, hers.whole, 0, Change(verdict="useful")) == 1
    with pytest.raises(Overtaken):
        change(by_dave, hers.whole, 0, Change(verdict="unsafe"))
    assert Review.objects.get().verdict == "useful"
    assert actions() == ["verdict"]
    assert change(by_dave, hers.whole, 1, Change(verdict="unsafe")) == 2


def test_one_of_a_message_and_one_of_the_whole_are_two(hers: Talk, by_carol: Actor) -> None:
    change(by_carol, hers.whole, 0, Change(verdict="useful"))
    change(by_carol, hers.answer, 0, Change(verdict="poor"))
    assert Review.objects.count() == 2
    details = AuditEntry.objects.order_by("-id")[0].details
    assert details == {"verdict": "poor", "version": 1, "message": str(hers.reply)}


def test_a_verdict_settles_the_open_flags_and_what_was_escalated(hers: Talk, by_carol: Actor) -> None:
    flag_by_hand(by_carol, hers.answer, "Look at this.")
    change(by_carol, hers.whole, 0, Change(escalated=True))
    change(by_carol, hers.whole, 1, Change(verdict="nothing"))
    assert not Flag.objects.filter(resolved=None).exists()
    assert not Review.objects.get(message=None).escalated
    assert actions() == ["flag", "escalate", "verdict", "escalate", "resolve"]


def test_a_verdict_on_a_message_settles_its_flags_alone(hers: Talk, by_carol: Actor) -> None:
    flag_by_hand(by_carol, hers.answer)
    flag_by_hand(by_carol, hers.whole)
    change(by_carol, hers.answer, 0, Change(verdict="poor"))
    assert [flag.message_id for flag in Flag.objects.filter(resolved=None)] == [None]


def test_labels_are_given_and_taken_and_a_retired_one_is_only_kept(hers: Talk, by_carol: Actor) -> None:
    legal, old = Label.objects.create(name="Legal"), Label.objects.create(name="Old")
    change(by_carol, hers.whole, 0, Change(labels=frozenset({legal.pk, old.pk})))
    Label.objects.filter(pk=old.pk).update(retired=True)
    change(by_carol, hers.whole, 1, Change(labels=frozenset({old.pk})))
    assert list(Review.objects.get().labels.all()) == [old]
    change(by_carol, hers.whole, 2, Change(labels=frozenset()))
    with pytest.raises(BadRequest):
        change(by_carol, hers.whole, 3, Change(labels=frozenset({old.pk})))
    assert [entry.details.get("removed") for entry in AuditEntry.objects.order_by("id")] == [
        [],
        [legal.pk],
        [old.pk],
    ]


def test_what_changes_nothing_leaves_no_row_and_no_entry(hers: Talk, by_carol: Actor) -> None:
    assert change(by_carol, hers.whole, 0, Change(verdict="", escalated=False)) == 0
    assert not Review.objects.exists()
    assert not AuditEntry.objects.exists()


def test_only_a_judge_is_given_a_conversation(hers: Talk, by_carol: Actor, bob: User, dave: User) -> None:
    assert set(judges().values_list("pk", flat=True)) == {by_carol.user, dave.pk}
    change(by_carol, hers.whole, 0, Change(assignee=dave.pk))
    with pytest.raises(BadRequest):
        change(by_carol, hers.whole, 1, Change(assignee=bob.pk))
    with pytest.raises(BadRequest):
        change(by_carol, hers.answer, 0, Change(assignee=dave.pk))
    change(by_carol, hers.whole, 1, Change(assignee=None))
    assert Review.objects.get().assignee is None


def test_nonsense_is_refused(hers: Talk, by_carol: Actor) -> None:
    with pytest.raises(BadRequest):
        change(by_carol, hers.whole, 0, Change(verdict="superb"))
    with pytest.raises(BadRequest):
        add_note(by_carol, hers.whole, "  ")


def test_what_may_not_be_reviewed_is_not_there(
    hers: Talk, by_carol: Actor, by_dave: Actor, settings: Settings, alice: User
) -> None:
    another = talk(alice)
    flag = flag_by_hand(by_carol, another.whole).id
    strangers = [
        Target(uuid4()),
        Target(hers.conversation, another.reply),
        Target(hers.conversation, uuid4()),
    ]
    for target in strangers:
        with pytest.raises(NotFound):
            change(by_carol, target, 0, Change(verdict="poor"))
    with pytest.raises(NotFound):
        resolve(by_carol, hers.whole, flag)
    with pytest.raises(NotFound):
        reopen(by_carol, hers.whole, flag)
    settings.CHAT_REVIEW = "off"
    for refused in (
        lambda: change(by_dave, hers.whole, 0, Change(verdict="poor")),
        lambda: add_note(by_dave, hers.whole, "Hm."),
        lambda: flag_by_hand(by_dave, hers.whole),
        lambda: resolve(by_dave, another.whole),
    ):
        with pytest.raises(NotFound):
            refused()
    settings.CHAT_REVIEW = "all"
    Conversation.objects.filter(id=hers.conversation).update(deleted=timezone.now())
    with pytest.raises(NotFound):
        change(by_dave, hers.whole, 0, Change(verdict="poor"))


def test_where_flagged_ones_alone_are_reviewed_the_others_are_not_judged(
    hers: Talk, by_dave: Actor, settings: Settings
) -> None:
    settings.CHAT_REVIEW = "flagged"
    with pytest.raises(NotFound):
        change(by_dave, hers.whole, 0, Change(verdict="poor"))
    with pytest.raises(NotFound):
        flag_by_hand(by_dave, hers.whole)
    Flag.objects.create(conversation_id=hers.conversation, kind="rule")
    assert change(by_dave, hers.whole, 0, Change(verdict="poor")) == 1


def test_notes_are_their_authors_to_remove_and_their_text_is_in_no_entry(
    hers: Talk, by_carol: Actor, by_dave: Actor
) -> None:
    note = add_note(by_carol, hers.answer, "He means his neighbour.")
    with pytest.raises(NotFound):
        remove_note(by_dave, hers.conversation, note)
    remove_note(by_carol, hers.conversation, note)
    assert not Note.objects.exists()
    assert "neighbour" not in str([entry.details for entry in AuditEntry.objects.all()])
    assert actions() == ["note", "note"]


def test_flags_by_hand_are_raised_once_settled_once_and_reopened(
    hers: Talk, by_carol: Actor, by_dave: Actor
) -> None:
    first = flag_by_hand(by_carol, hers.whole, "Odd.")
    assert not flag_by_hand(by_dave, hers.whole).is_new
    assert resolve(by_dave, hers.whole) == [first.id]
    assert resolve(by_carol, hers.whole) == []
    assert Flag.objects.get().resolved_by_id == by_dave.user
    assert reopen(by_carol, hers.whole, first.id)
    assert not reopen(by_carol, hers.whole, first.id)
    assert actions() == ["flag", "resolve", "flag"]
