"""Puts many rows into the tables at once: by COPY on PostgreSQL, by one prepared statement on SQLite."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

from chat.models import SearchEntry


class Rows:
    """Rows of one model, by the columns that are given; all others have their defaults."""

    def __init__(self, model: type[models.Model], *columns: str) -> None:
        self._table = model._meta.db_table
        given = set(columns)
        defaults = {
            field.column: field.get_default()
            for field in model._meta.concrete_fields
            if field.column not in given and not (field.primary_key and isinstance(field, models.AutoField))
        }
        json_columns = {
            field.column for field in model._meta.concrete_fields if isinstance(field, models.JSONField)
        }
        self._columns: tuple[str, ...] = (*columns, *map(str, defaults))
        self._json = [column in json_columns for column in self._columns]
        self._rest = tuple(defaults.values())
        self._rows: list[tuple[Any, ...]] = []

    def add(self, *values: Any) -> None:
        self._rows.append((*values, *self._rest))

    def put(self) -> None:
        """Write what was added."""
        rows, self._rows = self._rows, []
        put(self._table, self._columns, (self._plain(row) for row in rows))

    def _plain(self, row: tuple[Any, ...]) -> list[Any]:
        return [_as_json(value) if is_json else value for value, is_json in zip(row, self._json, strict=True)]


def put(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f'INSERT INTO "{table}" ({names}) VALUES ({places})',  # noqa: S608
                [[_for_sqlite(value) for value in row] for row in rows],
            )


def put_entries(entries: Sequence[tuple[int, int, UUID, UUID | None, str]]) -> None:
    """Number, owner, conversation, message (none: its title) and words, into the full-text index."""
    table = SearchEntry._meta.db_table
    columns = ("id", "owner_id", "conversation_id", "message_id")
    if connection.vendor == "postgresql":
        put(table, (*columns, "words"), ((*entry[:4], _vector(entry[4])) for entry in entries))
        return
    put(table, columns, (entry[:4] for entry in entries))
    put(
        "chat_search_words",
        ("rowid", "owner", "words"),
        (
            (number, f"{owner} {'title' if message is None else 'text'}", words)
            for number, owner, _conversation, message, words in entries
        ),
    )


def settle() -> None:
    """After all: numbers go on behind the last one, and the database knows what it holds."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('chat_searchentry', 'id'), max(id))"
                " FROM chat_searchentry"
            )
        cursor.execute("ANALYZE")


def _vector(words: str) -> str:
    return " ".join(f"'{word}':{place}" for place, word in enumerate(words.split(" "), 1))


def _as_json(value: Any) -> Any:
    return None if value is None else json.dumps(value)


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    return value
