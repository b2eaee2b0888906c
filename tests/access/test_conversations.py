"""Lists page without a gap or an overlap, searches find words, and nobody sees another's."""

import base64
from typing import Any

import pytest
from django.contrib.auth.models import User

from chat.access.conversations import list_conversations, read_conversation
from chat.access.rows import as_uuid, conversation_for, message_for
from chat.errors import BadRequest, NotFound
from chat.models import Completion, Conversation, Message
from chat.search.index import put_conversation


def conversation(owner: User, title: str, *said: str) -> Conversation:
    row = Conversation.objects.create(owner=owner, title=title)
    parent = None
    for text in said:
        parent = Message.objects.create(conversation=row, parent=parent, role="user", content=text)
    put_conversation(row.id)
    return row


def titles(page: dict[str, Any]) -> list[str]:
    return [row["title"] for row in page["results"]]


def test_pages_follow_each_other_newest_first(alice: User, bob: User) -> None:
    for number in range(7):
        conversation(alice, str(number))
    conversation(bob, "bob's")
    seen, cursor = [], None
    while True:
        page = list_conversations(alice.pk, cursor=cursor, limit=3)
        seen += titles(page)
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


def test_pinned_ones_come_first_on_whichever_page(alice: User) -> None:
    for number in range(6):
        conversation(alice, str(number))
    Conversation.objects.filter(title__in=["0", "2", "4"]).update(pinned=True)
    first = list_conversations(alice.pk, limit=2)
    second = list_conversations(alice.pk, limit=2, cursor=first["next"])
    third = list_conversations(alice.pk, limit=2, cursor=second["next"])
    assert titles(first) + titles(second) + titles(third) == ["4", "2", "0", "5", "3", "1"]


def test_pages_hold_where_all_were_asked_in_one_moment(alice: User) -> None:
    moment = conversation(alice, "0").updated
    for number in range(1, 5):
        conversation(alice, str(number))
    Conversation.objects.update(updated=moment)
    first = list_conversations(alice.pk, limit=3)
    second = list_conversations(alice.pk, limit=3, cursor=first["next"])
    assert sorted(titles(first) + titles(second)) == ["0", "1", "2", "3", "4"]


def test_all_words_are_found_in_a_title_or_in_one_message(alice: User, bob: User) -> None:
    conversation(alice, "Cats", "how do they purr", "在北京的天气")
    conversation(alice, "Dogs", "how do they bark")
    conversation(bob, "Cats", "bob's purr")
    assert titles(list_conversations(alice.pk, q="purr")) == ["Cats"]
    assert titles(list_conversations(alice.pk, q="HOW they")) == ["Dogs", "Cats"]
    assert titles(list_conversations(alice.pk, q="cats purr")) == []
    assert titles(list_conversations(alice.pk, q="天气")) == ["Cats"]
    assert titles(list_conversations(alice.pk, q="100%")) == []
    assert len(titles(list_conversations(alice.pk, q="  "))) == 2


def test_archived_and_hidden_ones_are_apart(alice: User) -> None:
    conversation(alice, "here")
    archived = conversation(alice, "archived")
    Conversation.objects.filter(pk=archived.pk).update(archived=True)
    hidden = conversation(alice, "hidden")
    Conversation.objects.filter(pk=hidden.pk).update(deleted=hidden.created)
    assert titles(list_conversations(alice.pk)) == ["here"]
    assert titles(list_conversations(alice.pk, archived=True)) == ["archived"]
    with pytest.raises(NotFound):
        conversation_for(alice.pk, hidden.pk)


def forged(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


FORGED = [
    forged(f"1 0001-01-01T00:00:00+23:59 {'0' * 32}"),
    forged(f"0 9999-12-31T23:59:59-23:59 {'0' * 32}"),
    forged(f"2026 2026-01-01T00:00:00 {'0' * 32}"),
]


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "MjAyNi0wMS0wMSB4", "ü", "a b", *FORGED])
def test_a_cursor_that_no_list_gave_is_refused(alice: User, cursor: str) -> None:
    with pytest.raises(BadRequest) as refused:
        list_conversations(alice.pk, cursor=cursor)
    assert refused.value.param == "cursor"


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_limit_has_limits(alice: User, limit: int) -> None:
    with pytest.raises(BadRequest):
        list_conversations(alice.pk, limit=limit)


def test_a_conversation_is_read_with_as_many_queries_whatever_its_size(
    alice: User, django_assert_num_queries: object
) -> None:
    row = conversation(alice, "long", *[f"message {number}" for number in range(30)])
    reply = Message.objects.create(conversation=row, role="assistant", content="x")
    reply.completion = Completion.objects.create(message=reply, number=1, model="m", status="streaming")
    reply.status = "streaming"
    reply.save()
    with django_assert_num_queries(4):  # type: ignore[operator]
        tree = read_conversation(alice.pk, str(row.pk))
    assert len(tree["messages"]) == 31


def test_anothers_row_is_not_found(alice: User, bob: User) -> None:
    row = conversation(alice, "mine", "text")
    message = row.messages.get()
    for fetch, key in ((conversation_for, row.pk), (message_for, message.pk)):
        assert fetch(alice.pk, key)
        with pytest.raises(NotFound):
            fetch(bob.pk, key)


@pytest.mark.parametrize("text", ["", "x", None, 5, "0" * 31, "'; --"])
def test_what_is_no_id_names_nothing(text: object) -> None:
    with pytest.raises(NotFound):
        as_uuid(text, "message")
