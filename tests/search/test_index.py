"""What is said is found in any language; what is hidden or not kept is not."""

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.access.search import search
from chat.actions import conversations
from chat.actions.deleting import hide_conversation
from chat.ids import new_id
from chat.models import Completion, Conversation, Message, SearchEntry, WaitingText
from chat.search import index, waiting
from chat.search.found import newest_entries
from chat.search.query import parse


def say(owner: User, *texts: str, title: str = "Talk", temporary: bool = False) -> Conversation:
    row = Conversation.objects.create(owner=owner, title=title, temporary=temporary)
    parent = None
    for text in texts:
        parent = Message.objects.create(conversation=row, parent=parent, role="user", content=text)
    index.put_conversation(row.id)
    return row


def found(owner: User, q: str) -> list[str]:
    """What matches, the newest first."""
    entries = newest_entries(parse(q), owner=owner.pk).select_related("message", "conversation")
    return [entry.message.content if entry.message else entry.conversation.title for entry in entries]


@pytest.mark.parametrize(
    ("text", "q"),
    [
        ("今天北京的天气怎么样", "天"),
        ("今天北京的天气怎么样", "天气"),
        ("今天北京的天气怎么样", "样"),
        ("今天北京的天气怎么样", "北京的天气"),
        ("今天北京的天气怎么样", "天气 北京"),
        ("日本語のテキスト", "テキ"),
        ("대한민국은 좋다", "민국"),
        ("ภาษาไทย", "ไทย"),
        ("An elephant never forgets.", "ELEPH"),
        ("An elephant never forgets.", "an forgets elephant"),
        ("Écoute-moi", "ecoute"),
        ("Use snake_case names", "snake_case"),
        ("GPT-4o or iPhone手机", "gpt-4 iphone手"),
        ("naïve café", '"naive cafe"'),
        ("C++ is fast", "c++"),
        ("𠀀𠀁 is rare", "𠀀"),
    ],
)
def test_words_are_found_in_any_language(alice: User, text: str, q: str) -> None:
    say(alice, text)
    assert found(alice, q) == [text]


@pytest.mark.parametrize(
    ("text", "q"),
    [
        ("安门和天安", "天安门"),
        ("a delight", "light"),
        ("one two three", '"one three"'),
        ("catalogue", '"cat"'),
        ("catalogue", "c"),
        ("one", "one two"),
        ("anything", "!?"),
        ("anything", ""),
    ],
)
def test_other_words_are_not(alice: User, text: str, q: str) -> None:
    say(alice, text)
    assert found(alice, q) == []


def test_the_newest_comes_first_and_nobody_sees_anothers(alice: User, bob: User) -> None:
    say(alice, "word one", "word two")
    say(bob, "word of bob")
    say(alice, "word three", title="A word")
    assert found(alice, "word") == ["word three", "A word", "word two", "word one"]
    assert found(bob, "word") == ["word of bob"]
    assert newest_entries(parse("word")).count() == 5


def test_a_long_text_is_found_to_its_end_and_its_rows_of_words_are_whole(alice: User) -> None:
    text = " ".join(f"word{number}{' the' * (number % 15 == 0)}" for number in range(30_000))
    row = say(alice, text)
    assert row.search_entries.filter(message__isnull=False).count() > 10
    for number in range(0, 30_000, 15 * 17):
        assert set(found(alice, f'"word{number} the word{number + 1}"')) == {text}, number
    assert len(search(alice.pk, "word29999").found) == 1
    assert len(search(alice.pk, "the").found) == 1


def test_what_is_hidden_is_not_found_until_that_is_undone(alice: User) -> None:
    row = say(alice, "a secret", title="Secrets")
    hide_conversation(alice.pk, row.id)
    assert found(alice, "secret") == []
    Conversation.objects.update(deleted=None)
    index.put_conversation(row.id)
    assert len(found(alice, "secret")) == 2


def test_hidden_messages_are_not_found(alice: User) -> None:
    row = say(alice, "word one", "word two")
    hidden = row.messages.get(content="word two")
    index.take_messages([hidden.id])
    assert found(alice, "word") == ["word one"]
    Message.objects.filter(id=hidden.id).update(deleted=row.created)
    index.put_conversation(row.id)
    assert found(alice, "word") == ["word one"]
    assert [hit.message for hit in search(alice.pk, "word").found] == [row.messages.get(parent=None).id]


def test_a_temporary_conversation_is_never_found(alice: User) -> None:
    row = say(alice, "a secret", title="Secrets", temporary=True)
    waiting.note(message=row.messages.get().id, title_of=row.id)
    assert search(alice.pk, "secret").found == ()
    assert not SearchEntry.objects.exists()


def test_a_title_is_found_by_its_newest_words_only(alice: User) -> None:
    made = conversations.make_conversation(alice.pk, title="Before")
    waiting.catch_up()
    assert found(alice, "before") == ["Before"]
    conversations.change_conversation(alice.pk, made["id"], {"title": "After"})
    waiting.catch_up()
    assert (found(alice, "before"), found(alice, "after")) == ([], ["After"])
    row = Conversation.objects.create(owner=alice, title="First words")
    assert conversations.set_made_title(row.id, "Better words")
    waiting.catch_up()
    assert (found(alice, "first"), found(alice, "better")) == ([], ["Better words"])


def test_a_running_reply_is_found_when_it_has_ended(alice: User) -> None:
    row = say(alice, "question")
    reply = Message.objects.create(conversation=row, role="assistant", content="half")
    reply.completion = Completion.objects.create(message=reply, number=1, model="m", status="streaming")
    reply.status = "streaming"
    reply.save()
    waiting.note(message=reply.id)
    assert search(alice.pk, "half").found == ()
    reply.status = "complete"
    reply.save()
    waiting.note(message=reply.id)
    assert [hit.message for hit in search(alice.pk, "half").found] == [reply.id]


def test_what_is_deleted_leaves_no_word_behind(alice: User) -> None:
    row = say(alice, "a secret", title="Secrets")
    row.delete()
    assert not SearchEntry.objects.exists()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM chat_search_words")
            assert cursor.fetchone() == (0,)


def test_before_the_index_is_made_anew_the_planner_knows_what_was_filled(alice: User) -> None:
    say(alice, "word one")
    with CaptureQueriesContext(connection) as queries:
        call_command("rebuild_search")
    looks = [query["sql"] for query in queries if "ANALYZE" in query["sql"]]
    if connection.vendor == "postgresql":
        assert queries[0]["sql"] == 'ANALYZE "chat_conversation", "chat_message"'
        assert set(looks[1:]) == {'ANALYZE "chat_searchentry"'}  # while it grows, and at the end
        assert len(looks) > 2
    else:
        assert looks == []


def test_the_index_can_be_made_anew_as_often_as_one_likes(
    alice: User, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = say(alice, "word one", "word two", title="Some words")
    hidden = say(alice, "word three")
    Conversation.objects.filter(id=hidden.id).update(deleted=hidden.created)
    for _ in range(2):
        call_command("rebuild_search")
        assert found(alice, "word") == ["word two", "word one", "Some words"]
    assert "3 titles and messages are in the index." in capsys.readouterr().out
    SearchEntry.objects.all().delete()
    call_command("rebuild_search")
    assert found(alice, "word") == ["word two", "word one", "Some words"]
    assert kept.search_entries.count() == 3


def test_a_page_of_hits_costs_as_many_queries_however_many_there_are(
    alice: User, django_assert_num_queries: object
) -> None:
    for number in range(30):
        say(alice, f"word {number}", title=f"word {number}")
    with django_assert_num_queries(3):  # type: ignore[operator]
        first = search(alice.pk, "word")
    with django_assert_num_queries(2):  # type: ignore[operator]
        second = search(alice.pk, "word", after=first.next)
    assert [hit.message is None for hit in first.found] == [True] * 5 + [False] * 20
    said = ["".join(piece.text for piece in hit.snippet) for hit in first.found[5:] + second.found]
    assert said == [f"word {number}" for number in reversed(range(30))]
    assert second.next is None


def test_what_is_gone_is_not_put(alice: User) -> None:
    waiting.note(message=new_id(), title_of=new_id())
    waiting.catch_up()
    assert not SearchEntry.objects.exists()
    assert not WaitingText.objects.exists()
