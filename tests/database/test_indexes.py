"""The database has what the models say, whatever migrations did: no guard and no way to a row got lost."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection

from chat.models import Checkpoint, Completion, Conversation, Message, SearchEntry

pytestmark = pytest.mark.django_db


def test_each_index_and_constraint_of_the_models_is_there() -> None:
    for model in apps.get_app_config("chat").get_models():
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, model._meta.db_table)
        named = [*model._meta.indexes, *model._meta.constraints]
        assert {each.name for each in named} <= set(found), model


@pytest.mark.parametrize("model", [Conversation, Message, Completion, Checkpoint, SearchEntry])
def test_what_a_question_writes_has_no_two_indexes_for_one_way(model: type[Message]) -> None:
    """One that another begins with."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    partial = {index.name for index in model._meta.indexes if index.condition is not None}
    ways = [
        tuple(zip(index["columns"], index["orders"] or ["ASC"] * len(index["columns"]), strict=True))
        for name, index in found.items()
        if index["index"] and name not in partial and not index["unique"]
    ]
    begun = [way for way in ways for other in ways if way != other and other[: len(way)] == way]
    assert (begun, len(set(ways))) == ([], len(ways))


def test_partial_indexes_are_the_ways_they_are_for(alice: User) -> None:
    """PostgreSQL, which else reads a small table as a whole, may choose among them."""
    conversation = Conversation.objects.create(owner=alice)
    on_postgresql = connection.vendor == "postgresql"
    if on_postgresql:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    for rows, way in (
        (Conversation.objects.filter(owner=alice).order_by(), "conversation_list"),
        (Message.objects.filter(conversation=conversation).order_by(), "message_tree"),
        (Message.objects.filter(parent=conversation.id).order_by(), "message_answers"),
        (
            Message.objects.filter(parent__in=[conversation.id] * 2),
            "message_answers",
        ),
        (Message.objects.filter(completion_id=conversation.id), "message_epoch"),
        (Message.objects.filter(conversation=conversation, children__deleted=None), "message_answers"),
        (Completion.objects.filter(message=conversation.id).order_by(), "sqlite_autoindex_chat_completion"),
        (Completion.objects.filter(server=conversation.id), "completion_of_server"),
        (SearchEntry.objects.filter(message__in=[conversation.id]), "search_entry_of_message"),
    ):
        plan = rows.explain()
        assert "Seq Scan" not in plan if on_postgresql else way in plan, (way, plan)


@pytest.mark.parametrize("model", [Conversation, Message, Completion])
def test_who_names_a_row_is_found_by_an_index(model: type[Message]) -> None:
    """SQLite looks for them when the row is made while others still miss theirs, as a question's do."""
    on_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if on_postgresql:
            cursor.execute("SET LOCAL enable_seqscan = off")
        named = 0
        for table in connection.introspection.table_names(cursor):
            for column, (to, _) in _named_by_constraint(cursor, table):
                if to != model._meta.db_table:
                    continue
                named += 1
                explain = "EXPLAIN" if on_postgresql else "EXPLAIN QUERY PLAN"
                key = "00000000-0000-0000-0000-000000000000"
                cursor.execute(f'{explain} SELECT 1 FROM "{table}" WHERE "{column}" = %s', [key])
                plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
                assert ("Seq Scan" not in plan) if on_postgresql else ("SEARCH" in plan), (table, plan)
    assert named


def _named_by_constraint(cursor: Any, table: str) -> list[tuple[str, tuple[str, str]]]:
    """By column, the table and the column that a foreign key names."""
    found = connection.introspection.get_constraints(cursor, table).values()
    return [(each["columns"][0], each["foreign_key"]) for each in found if each["foreign_key"]]
