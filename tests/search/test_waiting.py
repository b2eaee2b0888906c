"""What was said is found at once, though it is put into the index later, together with what others said."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Barrier, Event

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from chat.access.conversations import list_conversations
from chat.access.search import search
from chat.actions.deleting import hide_message, restore_message
from chat.models import Conversation, Message, SearchEntry, WaitingText
from chat.search import waiting
from chat.search.index import Text, add
from chatsite.databases import BUSY_SECONDS


def say(owner: User, text: str, title: str = "Talk") -> Message:
    conversation = Conversation.objects.create(owner=owner, title=title)
    message = Message.objects.create(conversation=conversation, role="user", content=text)
    waiting.note(message=message.id, title_of=conversation.id)
    return message


def found(owner: User, q: str) -> list[str]:
    return ["".join(piece.text for piece in hit.snippet) for hit in search(owner.pk, q).found]


def test_who_looks_finds_what_was_said_a_moment_ago(alice: User, bob: User) -> None:
    said = say(alice, "the first word", title="Words")
    assert not SearchEntry.objects.exists()
    assert found(alice, "word") == ["Words", "the first word"]
    assert not WaitingText.objects.exists()
    say(bob, "a word of bob's")
    listed = list_conversations(alice.pk, q="first")["results"]
    assert [each["id"] for each in listed] == [str(said.conversation_id)]
    assert not WaitingText.objects.exists()


def test_what_was_said_later_comes_first(alice: User) -> None:
    for number in range(5):
        say(alice, f"word {number}")
    assert found(alice, "word") == [f"word {number}" for number in reversed(range(5))]


def test_what_waits_twice_is_in_the_index_once(alice: User) -> None:
    said = say(alice, "a word", title="Words")
    waiting.note(message=said.id, title_of=said.conversation_id)
    assert found(alice, "word") == ["Words", "a word"]
    waiting.note(message=said.id, title_of=said.conversation_id)
    waiting.catch_up()
    assert SearchEntry.objects.count() == 2


def test_what_is_hidden_while_it_waits_is_not_put_in_and_comes_back_with_it(alice: User) -> None:
    said = say(alice, "a word")
    hide_message(alice.pk, said.id)
    assert found(alice, "word") == []
    assert not SearchEntry.objects.filter(message=said).exists()
    restore_message(alice.pk, said.id)
    assert found(alice, "word") == ["a word"]


def test_it_is_put_in_by_batches_the_oldest_first(alice: User) -> None:
    said = [say(alice, f"word {number}") for number in range(3)]
    assert waiting.put_waiting(2)
    assert set(SearchEntry.objects.exclude(message=None).values_list("message", flat=True)) == {
        each.id for each in said[:2]
    }
    assert not waiting.put_waiting(2)
    assert found(alice, "word") == ["word 2", "word 1", "word 0"]


def test_of_long_texts_fewer_are_put_in_at_once(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "CHARACTERS", 30)
    for text in (
        "a word that is longer than all of them may be",
        "a short word",
        "another word",
        "a fourth word",
    ):
        say(alice, text)
    for more, number in ((True, 1), (True, 3), (False, 4)):
        assert waiting.put_waiting() == more
        assert SearchEntry.objects.exclude(message=None).count() == number


def test_who_looks_waits_for_a_bounded_number_of_texts(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "BATCHES", 2)
    monkeypatch.setattr(waiting, "CHARACTERS", 1)
    for number in range(3):
        say(alice, f"word {number}")
    assert found(alice, "word") == ["word 1", "word 0"]
    assert found(alice, "word") == ["word 2", "word 1", "word 0"]


def test_an_index_that_cannot_be_written_is_searched_as_it_is(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(alice, "an old word")
    waiting.catch_up()
    say(alice, "a new word")

    def refuse(*texts: object) -> None:
        raise DatabaseError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(waiting, "add", refuse)
        assert found(alice, "word") == ["an old word"]
    assert found(alice, "word") == ["a new word", "an old word"]


def test_a_conversation_that_is_deleted_for_good_at_that_moment_spoils_it_for_no_other(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(alice, "a word")
    attempts = []

    def too_late_once(texts: list[Text]) -> None:
        attempts.append(texts)
        if len(attempts) == 1:  # what PostgreSQL says of an entry whose conversation goes while it is put in
            raise IntegrityError("no such conversation")
        add(texts)

    monkeypatch.setattr(waiting, "add", too_late_once)
    assert found(alice, "word") == ["a word"]
    assert len(attempts) == 2


@pytest.mark.django_db(transaction=True)
def test_who_looks_does_not_wait_long_for_another_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    alice = User.objects.create(username="alice")
    say(alice, "an old word")
    waiting.catch_up()
    say(alice, "a new word")
    monkeypatch.setattr(waiting, "PATIENCE_MS", 50)
    holds, go_on = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            say(alice, "a word that is not committed")
            holds.set()
            go_on.wait(10)
        connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        holding = thread.submit(hold)
        assert holds.wait(10)
        try:
            seen = found(alice, "word")
        finally:
            go_on.set()
        holding.result(10)
    # PostgreSQL's writers do not wait for each other here.
    assert seen == (["an old word"] if connection.vendor == "sqlite" else ["a new word", "an old word"])
    assert len(found(alice, "word")) == 3
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout")
            assert cursor.fetchone() == (BUSY_SECONDS * 1000,)


@pytest.mark.django_db(transaction=True)
def test_what_is_hidden_while_it_is_put_in_is_not_left_in_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    alice = User.objects.create(username="alice")
    said = say(alice, "a word")

    def hide() -> None:
        hide_message(alice.pk, said.id)
        connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        hiding: list[Future[None]] = []

        def add_while_it_is_hidden(texts: list[Text]) -> None:
            hiding.append(thread.submit(hide))
            wait(hiding, 0.3)  # it waits for us, or is over, as it was where nothing was locked
            add(texts)

        monkeypatch.setattr(waiting, "add", add_while_it_is_hidden)
        waiting.catch_up()
        hiding[0].result(10)
    assert not SearchEntry.objects.filter(message=said).exists()
    assert list_conversations(alice.pk, q="word")["results"] == []


@pytest.mark.django_db(transaction=True)
def test_of_many_who_look_at_once_each_finds_all_and_nothing_is_put_in_twice() -> None:
    alice = User.objects.create(username="alice")
    for number in range(20):
        say(alice, f"word {number}")
    together = Barrier(4)

    def look() -> int:
        together.wait(10)
        try:
            return len(search(alice.pk, "word").found)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(together.parties) as threads:
        looks = [threads.submit(look) for _ in range(together.parties)]
    assert [look.result() for look in looks] == [20] * together.parties
    assert SearchEntry.objects.exclude(message=None).count() == 20
