"""Statements that are kept: they write and read what Django's own queries would, whatever the values."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import SynchronousOnlyOperation
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, models, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.models import Completion, Conversation, ConversationDigest, Message, StaleDigest
from chat.models.message import Role
from chat.statements import Among, Delete, Insert, Param, Select, Update, Upsert, Written
from chat.statements.plans import RUNS

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
    values = {
        "conversation_id": conversation.id,
        "role": Role.USER,
        "content": "世界 😀",
        "parts": [{"a": 1}],
    }
    key = insert(**values)
    ours, djangos = Message.objects.get(id=key), Message.objects.create(**values)
    for field in Message._meta.concrete_fields:
        if field.attname not in {"id", "created"}:
            assert getattr(ours, field.attname) == getattr(djangos, field.attname), field.name
    assert ours.id < djangos.id
    assert ours.created < djangos.created


def test_an_instance_is_written_as_it_is(alice: User) -> None:
    made = Conversation(owner=alice, title="Marmots", params={"top_p": 1})
    Insert(Conversation).row(made)
    assert made._state.adding is False
    found = Conversation.objects.get()
    for field in Conversation._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(made, field.attname), field.name


def test_a_default_is_each_rows_own(conversation: Conversation) -> None:
    one, other = (Insert(Conversation)(owner_id=conversation.owner_id) for _ in range(2))
    assert one != other
    Conversation.objects.filter(id=one).update(params={"changed": True})
    assert Conversation.objects.get(id=other).params == {}


def test_a_column_that_there_is_not_is_an_error(conversation: Conversation) -> None:
    with pytest.raises(TypeError, match="conversation"):
        insert_note(conversation=conversation)
    assert not StaleDigest.objects.exists()


def test_a_key_that_the_database_gives_is_told(conversation: Conversation) -> None:
    first, second = (insert_note(conversation_id=conversation.id) for _ in range(2))
    assert second > first
    assert StaleDigest.objects.filter(pk__in=[first, second]).count() == 2


def test_rows_have_the_types_of_their_fields(conversation: Conversation) -> None:
    above = insert(conversation_id=conversation.id, role="user", content="one", parts={"a": [1, None]})
    below = insert(conversation_id=conversation.id, role="assistant", parent_id=above)
    assert read.rows(id=above) == [
        (above, None, "one", {"a": [1, None]}, Message.objects.get(id=above).created)
    ]
    assert read.row(id=below) == (below, above, "", None, Message.objects.get(id=below).created)
    assert read.row(id=conversation.id) is None


def test_a_column_may_stay_as_it_is_stored(conversation: Conversation) -> None:
    first = Message.objects.create(conversation=conversation, role=Role.USER, content="a")
    below = Message.objects.create(conversation=conversation, role=Role.ASSISTANT, parent=first)
    tree = Select(
        lambda: Message.objects.filter(conversation_id=KEY).values_list("id", "parent_id", "created"),
        as_stored=(0, 1),
    )
    rows = {key: (parent, made) for key, parent, made in tree.rows(id=conversation.id)}
    stored = [Message._meta.pk.get_db_prep_value(message.id, connection) for message in (first, below)]
    assert rows == {stored[0]: (None, first.created), stored[1]: (stored[0], below.created)}


def test_each_call_has_its_own_values_and_tells_how_many_rows_it_met(conversation: Conversation) -> None:
    one, other = (insert(conversation_id=conversation.id, role="user", content="old") for _ in range(2))
    assert change(id=one, content="new", parts={"b": 1}) == 1
    assert change(id=other, content="%s and %", parts=None) == 1
    assert change(id=conversation.id, content="nobody's", parts=None) == 0
    texts = dict(Message.objects.values_list("id", "content"))
    assert texts == {one: "new", other: "%s and %"}
    assert Message.objects.filter(parts__isnull=True).get().id == other


def test_what_is_deleted_is_counted(conversation: Conversation) -> None:
    insert_note(conversation_id=conversation.id)
    assert (forget(id=conversation.id), forget(id=conversation.id)) == (1, 0)


def test_a_missing_value_is_an_error_and_not_a_null(conversation: Conversation) -> None:
    with pytest.raises(KeyError, match="parts"):
        change(id=conversation.id, content="half")


def test_they_stand_in_the_transaction_around_them_and_are_seen_by_who_counts(
    conversation: Conversation,
) -> None:
    row = insert(conversation_id=conversation.id, role="user", content="kept")
    change(id=row, content="kept", parts=None)  # from now on it is compiled
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        change(id=row, content="undone", parts=None)
        transaction.set_rollback(True)
    assert sum("UPDATE" in query["sql"] for query in captured.captured_queries) == 1
    assert Message.objects.get(id=row).content == "kept"


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


def test_several_values_are_one_parameter(conversation: Conversation) -> None:
    rows = [insert(conversation_id=conversation.id, role="user", content=text) for text in "abc"]
    built = []

    def build() -> "models.QuerySet[Message, tuple[Any, ...]]":
        built.append(1)
        among = Among("id", Param("keys", models.UUIDField()))
        return Message.objects.filter(among, deleted=None).order_by("id").values_list("content")

    some = Select(build)
    assert some.rows(keys=[rows[0], rows[2], conversation.id]) == [("a",), ("c",)]
    assert some.rows(keys=set(rows)) == [("a",), ("b",), ("c",)]
    assert some.rows(keys=[]) == []
    assert len(built) == 1
    forget_some = Delete(
        lambda: StaleDigest.objects.filter(Among("id", Param("ids", models.BigIntegerField())))
    )
    first, second, third = (insert_note(conversation_id=conversation.id) for _ in range(3))
    assert forget_some(ids=[first, third, third + 1]) == 2
    assert StaleDigest.objects.get().pk == second


def test_rows_are_put_in_place_of_those_with_the_same_keys(conversation: Conversation) -> None:
    put = Upsert(ConversationDigest, as_stored=["created"])
    read_as_stored = Select(
        lambda: Conversation.objects.filter(id=KEY).values_list("created"), as_stored=(0,)
    )

    def digest(messages: int, of: Conversation = conversation) -> dict[str, Any]:
        found = ConversationDigest(
            conversation_id=of.id,
            owner_id=of.owner_id,
            updated=timezone.now(),
            messages=messages,
            models_used=["a", "b"],
        )
        row = read_as_stored.row(id=of.id)
        assert row is not None
        return vars(found) | {"created": row[0]}

    put([])
    put([digest(1)])
    other = Conversation.objects.create(owner_id=conversation.owner_id)
    newer = digest(2)
    put([newer, digest(3, other)])
    assert dict(ConversationDigest.objects.values_list("conversation_id", "messages")) == {
        conversation.id: 2,
        other.id: 3,
    }
    found = ConversationDigest.objects.get(conversation=conversation)
    assert (found.updated, found.deleted, found.models_used) == (newer["updated"], None, ["a", "b"])
    assert found.created == conversation.created


def test_errors_are_djangos(conversation: Conversation) -> None:
    row = insert(conversation_id=conversation.id, role="user", content="one")
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(id=row, conversation_id=conversation.id, role="user", content="again")
    many = Written("INSERT INTO chat_staledigest (id, conversation_id) VALUES (%s, %s)")
    key = Message._meta.pk.get_db_prep_value(conversation.id, connection)
    with pytest.raises(IntegrityError), transaction.atomic():
        many.many([(7, key), (7, key)])
    with pytest.raises((OperationalError, ProgrammingError)), transaction.atomic():
        Written("SELECT nothing FROM chat_nowhere").rows([])


def test_in_a_broken_transaction_and_on_an_event_loop_they_are_refused(conversation: Conversation) -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            read.row(id=conversation.id)

    async def on_a_loop() -> None:
        read.row(id=conversation.id)

    with pytest.raises(SynchronousOnlyOperation):
        asyncio.run(on_a_loop())


def test_signs_that_mean_something_to_the_driver_are_as_written(conversation: Conversation) -> None:
    of = Written("SELECT %(text)s, '?', title LIKE '%%', '100 %%' FROM chat_conversation WHERE id = %(key)s")
    key = Message._meta.pk.get_db_prep_value(conversation.id, connection)
    for _ in range(2):
        assert of.rows({"text": "%s ?", "key": key}) == [("%s ?", "?", True, "100 %")]


def test_two_threads_that_come_first_run_the_same_statement(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one comes while the first one makes the driver's form of it."""
    statement = Written("SELECT count(*) FROM chat_conversation WHERE id <> %s")
    cursor = connection.create_cursor()
    make = getattr(type(cursor), "convert_query", None)
    second: list[list[tuple[Any, ...]]] = []

    def convert(self: Any, query: str, **options: Any) -> str:
        if not second:
            second.append([])
            second[0] = statement.rows([str(uuid4())])
        assert make is not None
        return str(make(self, query, **options))

    if make is not None:
        monkeypatch.setattr(type(cursor), "convert_query", convert)
    assert statement.rows([str(uuid4())]) == [(1,)]
    assert second == ([[(1,)]] if make is not None else [])


@pytest.mark.django_db(transaction=True)
def test_postgresql_keeps_the_plan_of_what_is_read_often(conversation: Conversation) -> None:
    key = insert(conversation_id=conversation.id, role=Role.USER, content="one")
    for _ in range(RUNS + 1):
        found = read.row(id=key)
        assert found is not None
        assert found[:3] == (key, None, "one")
    if connection.vendor == "postgresql":
        kept = Written("SELECT statement FROM pg_prepared_statements").rows([])
        assert ["chat_message" in statement for (statement,) in kept] == [True]
        assert connection.connection.prepare_threshold is None, "it would hold what Django's statements say"


def test_what_stands_in_a_query_stands_in_its_sql(conversation: Conversation) -> None:
    """A plan for all values could not use an index that is of some rows only."""
    said = Select(
        lambda: Message.objects.filter(
            id=KEY, role=Role.USER, deleted=None, conversation=conversation, content__startswith="100% o'"
        ).values_list("content")
    )
    key = insert(conversation_id=conversation.id, role=Role.USER, content="100% o'clock")
    assert said.row(id=key) == ("100% o'clock",)
    assert said.row(id=uuid4()) is None
    if connection.vendor == "postgresql":
        assert said._compiled().bound({"id": key}) == [key]


@pytest.mark.parametrize("beyond", [2**16 + 1, 2**32 + 1, 2**63, 2**64 + 1])
def test_a_number_that_is_too_large_is_none_that_there_is(alice: User, beyond: int) -> None:
    found = Select(lambda: User.objects.filter(pk=Param("pk", models.IntegerField())).values_list("username"))
    assert found.row(pk=alice.pk) == ("alice",)
    if connection.vendor == "postgresql" or beyond < 2**63:  # SQLite's driver takes no larger one
        assert found.row(pk=alice.pk + beyond) is None
