"""What was said is found at once, though it is put into the index later, together with what others said."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connections

from chat.access.conversations import list_conversations
from chat.access.search import search
from chat.actions.deleting import hide_message, restore_message
from chat.models import Conversation, Message, SearchEntry, WaitingText
from chat.search import waiting


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
    assert waiting.put_waiting(2) == 2
    assert set(SearchEntry.objects.exclude(message=None).values_list("message", flat=True)) == {
        each.id for each in said[:2]
    }
    assert waiting.put_waiting(2) == 1
    assert waiting.put_waiting(2) == 0


def test_who_looks_waits_for_a_bounded_number_of_texts(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "BATCHES", 2)
    monkeypatch.setattr(waiting, "BATCH", 1)
    monkeypatch.setattr(waiting.put_waiting, "__defaults__", (1,))
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
