"""The set is read in batches within what may be reviewed; user names are replaced where that is asked for."""

import json

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from fakes.reviewed import add_reply, digest, make_conversation
from pytest_django import DjangoAssertNumQueries, Settings

from chat.models import Checkpoint, Conversation, ConversationDigest, Feedback, Flag, Label, Message, Review
from chat.portable import Bounds, convert
from chat.review.chosen import chosen
from chat.review.export_forms import FORMS
from chat.review.pseudonyms import pseudonym
from chat.review.taking_out import Reading, Taken, read


def all_of(reading: Reading) -> list[Taken]:
    found: list[Taken] = []
    while (batch := reading.next_batch()) is not None:
        found += batch
    return found


def everything(*, pseudonymised: bool = False) -> list[Taken]:
    return all_of(Reading(chosen("", None), pseudonymised))


@pytest.mark.parametrize(("ids", "messages"), [(1, 1), (2, 3), (3, 100), (100, 4)])
def test_every_conversation_comes_once_whatever_the_batches(alice: User, ids: int, messages: int) -> None:
    made = [make_conversation(alice, ("q", "a"), title=str(number)) for number in range(7)]
    found = all_of(Reading(chosen("", None), False, ids, messages))
    assert [taken.conversation["id"] for taken in found] == [str(row.id) for row in made]


def test_the_number_of_queries_does_not_grow_with_the_batch(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    label = Label.objects.create(name="tone")
    rows = [make_conversation(alice, ("q", "a"), ("r", "b")) for _ in range(5)]
    for row in rows:
        Review.objects.create(conversation=row, verdict="poor").labels.add(label)
        Flag.objects.create(conversation=row, kind="hand")
    with django_assert_num_queries(7):
        assert len(read([row.id for row in rows], pseudonymised=False)) == 5
    with django_assert_num_queries(7):
        assert len(read([rows[0].id], pseudonymised=False)) == 1


def test_what_may_not_be_reviewed_is_not_taken_out(alice: User, bob: User, settings: Settings) -> None:
    from django.contrib.auth.models import Group

    settings.CHAT_REVIEW_EXEMPT_GROUPS = ["Works council"]
    bob.groups.add(Group.objects.create(name="Works council"))
    make_conversation(bob, ("q", "a"))
    mine = make_conversation(alice, ("q", "a"))
    assert [taken.conversation["id"] for taken in everything()] == [str(mine.id)]
    settings.CHAT_REVIEW = "off"
    assert everything() == []


def test_what_was_deleted_after_its_digest_was_made_is_left_out(alice: User) -> None:
    row = make_conversation(alice, ("q", "a"))
    Conversation.objects.filter(pk=row.pk).update(deleted=timezone.now())
    assert ConversationDigest.objects.filter(deleted=None).count() == 1
    assert everything() == []


def test_a_deleted_message_is_left_out(alice: User) -> None:
    row = make_conversation(alice, ("q", "a"), ("gone", "too"))
    Message.objects.filter(conversation=row, content__in=["gone", "too"]).update(deleted=timezone.now())
    (taken,) = everything()
    assert [message["content"] for message in taken.conversation["messages"]] == ["q", "a"]


def test_a_running_reply_is_taken_as_it_is_saved_now(alice: User) -> None:
    row = make_conversation(alice, ("q", "a"))
    reply = row.active
    assert reply is not None
    assert reply.completion is not None
    Message.objects.filter(pk=reply.pk).update(status="streaming", content="")
    Checkpoint.objects.create(completion=reply.completion, text_offset=0, text="half", reasoning_offset=0)
    (taken,) = everything()
    assert taken.conversation["messages"][1]["content"] == "half"


def test_a_line_of_jsonl_is_the_whole_tree_and_can_be_imported_again(alice: User) -> None:
    row = make_conversation(alice, ("q", "a"), title="Cats")
    question = row.messages.get(role="user")
    other = add_reply(question, "b")
    Feedback.objects.create(message=other, rating=1)
    digest(row)
    label = Label.objects.create(name="tone")
    Review.objects.create(conversation=row, message=other, verdict="useful").labels.add(label)
    Review.objects.create(conversation=row, verdict="poor")
    Flag.objects.create(conversation=row, kind="reported", reason="She was rude")
    (taken,) = everything()
    (line,) = FORMS["jsonl"].encode(taken)
    assert line.count(b"\n") == 1
    document = json.loads(line)
    assert document["user"] == "alice"
    assert document["review"]["verdict"] == "poor"
    assert document["review"]["messages"][str(other.id)] == {"verdict": "useful", "labels": ["tone"]}
    assert [flag["kind"] for flag in document["review"]["flags"]] == ["reported"]
    assert b"rude" not in line
    imported = convert(document, Bounds(timezone.now()))
    assert [message.content for message in imported.messages] == ["q", "a", "b"]


@pytest.mark.parametrize("key", sorted(FORMS))
def test_no_user_name_is_in_a_pseudonymised_export(alice: User, key: str) -> None:
    make_conversation(alice, ("q", "a"), title="Cats")
    (taken,) = everything(pseudonymised=True)
    made = b"".join(FORMS[key].encode(taken))
    assert b"alice" not in made
    assert (pseudonym(alice.pk).encode() in made) == (key in ("jsonl", "csv", "markdown"))


def test_pseudonyms_are_stable_and_keyed(alice: User, bob: User, settings: Settings) -> None:
    first = pseudonym(alice.pk)
    assert pseudonym(alice.pk) == first != pseudonym(bob.pk)
    settings.SECRET_KEY = "another"
    assert pseudonym(alice.pk) != first


@pytest.mark.parametrize("key", sorted(FORMS))
def test_every_form_says_in_the_file_that_it_is_not_whole(key: str) -> None:
    last = FORMS[key].not_whole("3 of 7 conversations, then it was cancelled.")
    assert b"3 of 7" in last
    if key not in ("csv", "markdown"):
        assert "error" in json.loads(last)
