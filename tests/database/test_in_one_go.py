"""Statements that are sent in one go: what they say, and what becomes of one that fails."""

from contextlib import suppress
from uuid import UUID

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import DataError, IntegrityError, OperationalError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from chat.group_commit import atomic
from chat.ids import new_id
from chat.models import Conversation, Message, StaleDigest
from chat.models.message import Role
from chat.statements import Delete, Insert, Param, Select, in_one_go, one_go


class Undo(Exception):
    pass


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


@pytest.mark.django_db(transaction=True)
def test_what_django_asks_sees_what_was_sent(conversation: Conversation) -> None:
    with transaction.atomic(), in_one_go():
        key = insert(**said(conversation, "one"))
        assert Message.objects.get(id=key).content == "one"
        insert(**said(conversation, "two"))
        assert Message.objects.filter(content="two").update(content="three") == 1
        insert(**said(conversation, "four"))
        with suppress(Undo), transaction.atomic():
            insert(**said(conversation, "five"))
            raise Undo
    assert {*Message.objects.values_list("content", flat=True)} == {"one", "three", "four"}


@pytest.mark.django_db(transaction=True)
def test_texts_arrive_as_they_are(conversation: Conversation) -> None:
    texts = [
        "; COMMIT; --",
        "it's \\' \"quoted\"",
        "100 %s %(a)s %%",
        "\u2603 \U0001f600 \r\n\t",
        "$1 $$ E'\\n'",
    ]
    with transaction.atomic(), in_one_go():
        for text in texts:
            insert(**said(conversation, text))
    assert [*Message.objects.order_by("id").values_list("content", flat=True)] == texts


@pytest.mark.django_db(transaction=True)
def test_what_the_commit_refuses_is_raised(conversation: Conversation) -> None:
    """Who names whom is looked at when the transaction ends."""

    @atomic
    def say_in_no_conversation() -> None:
        insert(conversation_id=new_id(), role=Role.USER, content="lost")

    with pytest.raises(IntegrityError):
        say_in_no_conversation()
    assert not Message.objects.exists()
    insert(**said(conversation, "the connection is good for more"))


@pytest.mark.django_db(transaction=True)
def test_what_is_undone_around_it_is_undone(conversation: Conversation) -> None:
    @atomic
    def say() -> None:
        insert(**said(conversation, "one"))

    with suppress(Undo), transaction.atomic():
        say()
        raise Undo
    assert not Message.objects.exists()
    say()
    assert Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_to_be_undone_is_not_committed(conversation: Conversation) -> None:
    @atomic
    def say_in_vain() -> None:
        insert(**said(conversation, "one"))
        transaction.set_rollback(True)

    @atomic
    def say_and_break() -> None:
        insert(**said(conversation, "one"))
        with suppress(Undo), transaction.atomic(savepoint=False):
            raise Undo

    say_in_vain()
    say_and_break()
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_undone_to_a_savepoint_is_not_sent_before(conversation: Conversation) -> None:
    """It may be what the database refuses."""
    key = insert(**said(conversation, "one"))

    @atomic
    def say() -> None:
        insert(**said(conversation, "two"))
        with suppress(Undo, IntegrityError), transaction.atomic():
            insert(id=key, **said(conversation, "the same key"))
            raise Undo
        insert(**said(conversation, "three"))

    say()
    assert [*Message.objects.order_by("id").values_list("content", flat=True)] == ["one", "two", "three"]


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_each_is_sent_at_once(conversation: Conversation) -> None:
    with in_one_go():
        key = insert(**said(conversation, "one"))
        assert connection.get_autocommit()
        assert read.row(id=key) == ("one",)
    if connection.vendor == "postgresql":
        assert connection.connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_it_begins_as_the_site_says() -> None:
    assert one_go._begin(None) == "BEGIN"
    assert one_go._begin(psycopg.IsolationLevel.REPEATABLE_READ) == "BEGIN ISOLATION LEVEL REPEATABLE READ"


@pytest.mark.django_db(transaction=True)
def test_who_watches_sees_each_statement(conversation: Conversation) -> None:
    with transaction.atomic(), in_one_go():
        insert(**said(conversation, "one"))
        with CaptureQueriesContext(connection) as seen:
            insert(**said(conversation, "two"))
    assert any("two" in query["sql"] for query in seen)
    assert Message.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_transaction_of_what_nobody_waits_for_is_one_way_there_and_back(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []
    run = one_go._run

    def note(line: object, statements: str) -> None:
        sent.append(statements)
        run(line, statements)

    monkeypatch.setattr(one_go, "_run", note)

    @atomic
    def say(text: str) -> None:
        insert(**said(conversation, text))
        mark(conversation_id=conversation.id)

    say("one")
    if connection.vendor == "postgresql":
        (statements,) = sent
        assert (statements[:6], statements.count(";INSERT"), statements[-7:]) == ("BEGIN;", 2, ";COMMIT")
        assert connection.connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert Message.objects.count() == StaleDigest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_no_row_can_hold_is_refused_and_nothing_cut(conversation: Conversation) -> None:
    """PostgreSQL stores no NUL, and a statement's text would end at its first one."""

    @atomic
    def say() -> UUID:
        insert(**said(conversation, "one"))
        key: UUID = insert(**said(conversation, "two\0three"))
        return key

    if connection.vendor == "sqlite":
        assert read.row(id=say()) == ("two\0three",)
        return
    with pytest.raises(DataError):
        say()
    assert not Message.objects.exists()


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="nobody else can end a connection to a file")
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_gone_is_told_as_that(conversation: Conversation) -> None:
    info = connection.connection.info

    @atomic
    def say() -> None:
        insert(**said(conversation, "one"))
        with psycopg.connect(info.dsn, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [info.backend_pid])

    with pytest.raises(OperationalError):
        say()
    connection.close()
    assert not Message.objects.exists()
