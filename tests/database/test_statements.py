"""Statements that are kept: they write and read what Django's own queries would, whatever the values."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.models import Completion, Conversation, Message, StaleDigest
from chat.statements import Delete, Insert, Param, Select, Update

pytestmark = pytest.mark.django_db

KEY = Param("id", models.UUIDField())
insert = Insert(Message)
insert_note = Insert(StaleDigest)
read = Select(
    lambda: Message.objects.filter(id=KEY).values_list("id", "parent_id", "content", "parts", "created")
)
change = Update(lambda: Message.objects.filter(id=KEY), "content", "parts")
forget = Delete(lambda: StaleDigest.objects.filter(conversation=KEY))


@pytest.fixture
def conversation(alice: User) -> Conversation:
    return Conversation.objects.create(owner=alice)


def test_a_row_is_written_as_django_writes_it(conversation: Conversation) -> None:
    row = insert(Message(conversation=conversation, role="user", content="世界 😀", parts=[{"type": "text"}]))
    assert (row.pk, row._state.adding) == (row.id, False)
    found = Message.objects.get(id=row.id)
    for field in Message._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(row, field.attname), field.name


def test_a_key_that_the_database_gives_is_told(conversation: Conversation) -> None:
    first, second = (insert_note(StaleDigest(conversation_id=conversation.id)) for _ in range(2))
    assert second.pk > first.pk
    assert StaleDigest.objects.filter(pk__in=[first.pk, second.pk]).count() == 2


def test_rows_have_the_types_of_their_fields(conversation: Conversation) -> None:
    above = insert(Message(conversation=conversation, role="user", content="one", parts={"a": [1, None]}))
    below = insert(Message(conversation=conversation, role="assistant", parent=above))
    assert read.rows(id=above.id) == [(above.id, None, "one", {"a": [1, None]}, above.created)]
    assert read.row(id=below.id) == (below.id, above.id, "", None, below.created)
    assert read.row(id=conversation.id) is None


def test_each_call_has_its_own_values_and_tells_how_many_rows_it_met(conversation: Conversation) -> None:
    one, other = (insert(Message(conversation=conversation, role="user", content="old")) for _ in range(2))
    assert change(id=one.id, content="new", parts={"b": 1}) == 1
    assert change(id=other.id, content="%s and %", parts=None) == 1
    assert change(id=conversation.id, content="nobody's", parts=None) == 0
    texts = dict(Message.objects.values_list("id", "content"))
    assert texts == {one.id: "new", other.id: "%s and %"}
    assert Message.objects.filter(parts__isnull=True).get() == other


def test_what_is_deleted_is_counted(conversation: Conversation) -> None:
    insert_note(StaleDigest(conversation_id=conversation.id))
    assert (forget(id=conversation.id), forget(id=conversation.id)) == (1, 0)


def test_a_missing_value_is_an_error_and_not_a_null(conversation: Conversation) -> None:
    with pytest.raises(KeyError, match="parts"):
        change(id=conversation.id, content="half")


def test_they_stand_in_the_transaction_around_them_and_are_seen_by_who_counts(
    conversation: Conversation,
) -> None:
    row = insert(Message(conversation=conversation, role="user", content="kept"))
    change(id=row.id, content="kept", parts=None)  # from now on it is compiled
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        change(id=row.id, content="undone", parts=None)
        transaction.set_rollback(True)
    assert sum("UPDATE" in query["sql"] for query in captured.captured_queries) == 1
    assert Message.objects.get(id=row.id).content == "kept"


def test_it_is_built_once(conversation: Conversation) -> None:
    built = []

    def build() -> "models.QuerySet[Message, tuple[Any, ...]]":
        built.append(1)
        return Message.objects.filter(id=KEY).values_list("id")

    statement = Select(build)
    assert [statement.row(id=conversation.id) for _ in range(3)] == [None] * 3
    assert len(built) == 1


def test_a_lock_is_part_of_it(conversation: Conversation) -> None:
    lock = Select(
        lambda: Completion.objects.select_for_update().filter(
            started__lt=Param("now", models.DateTimeField())
        )
    )
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        assert lock.rows(now=timezone.now()) == []
    assert ("FOR UPDATE" in captured.captured_queries[0]["sql"]) == (connection.vendor == "postgresql")
