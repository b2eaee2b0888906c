"""Statements that are sent in one go: what they say, and what becomes of one that fails."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, models, transaction

from chat.models import Conversation, Message, StaleDigest
from chat.models.message import Role
from chat.statements import Delete, Insert, Param, Select, in_one_go

KEY = Param("id", models.UUIDField())
insert = Insert(Message)
mark = Insert(StaleDigest, tells_key=False)
forget = Delete(lambda: Message.objects.filter(id=KEY))
read = Select(lambda: Message.objects.filter(id=KEY).values_list("content"))


@pytest.fixture
def conversation(alice: User) -> Conversation:
    return Conversation.objects.create(owner=alice)


def said(conversation: Conversation, content: str) -> dict[str, object]:
    return {"conversation_id": conversation.id, "role": Role.USER, "content": content}


@pytest.mark.django_db(transaction=True)
def test_rows_are_read_between_what_is_sent(conversation: Conversation) -> None:
    with transaction.atomic(), in_one_go():
        if connection.vendor == "postgresql":
            assert connection.connection.info.pipeline_status
        first, second = insert(**said(conversation, "one")), insert(**said(conversation, "two"))
        assert mark(conversation_id=conversation.id) is None
        assert read.row(id=first) == ("one",)
        forget.send(id=first)
        assert read.row(id=first) is None
    assert [*Message.objects.values_list("id", "content")] == [(second, "two")]
    assert StaleDigest.objects.filter(conversation=conversation).exists()


@pytest.mark.django_db(transaction=True)
def test_what_fails_undoes_all_whoever_waits_for_it(conversation: Conversation) -> None:
    key = insert(**said(conversation, "one"))

    def ask_twice(*, wait: bool) -> None:
        with transaction.atomic(), in_one_go():
            insert(**said(conversation, "two"))
            insert(id=key, **said(conversation, "the same key"))
            if wait:
                read.row(id=key)

    for wait in (False, True):
        with pytest.raises(IntegrityError):
            ask_twice(wait=wait)
    assert [*Message.objects.values_list("content", flat=True)] == ["one"]
    assert read.row(id=key) == ("one",), "the connection is good for more"
