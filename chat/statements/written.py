"""A statement as it is run: on the thread's own connection, by the driver's own cursor.

What Django's cursor does around each takes several times as long as SQLite does. Of that are kept: errors
have Django's names, a broken transaction and an event loop are refused, and who watches sees each statement.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any, TypeVar

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from chat.statements.own import own, thread
from chat.statements.plans import prepared

R = TypeVar("R")
Params = Sequence[Any] | Mapping[str, Any]


class Written:
    """A statement written by hand, in Django's form (`%s`, `%(name)s`); values are the driver's already."""

    __slots__ = ("_drivers", "plan_is_kept", "sql")

    def __init__(self, sql: str, *, plan_is_kept: bool = False) -> None:
        self.sql = sql
        self.plan_is_kept = plan_is_kept
        """PostgreSQL prepares it: to know who calls took it twice as long to plan as to do. A value's type
        must be clear from its place."""
        self._drivers: str | None = None

    def count(self, params: Params) -> int:
        """How many rows it met."""
        return self.run(params, _count)

    def rows(self, params: Params) -> list[tuple[Any, ...]]:
        return self.run(params, _rows)

    def send(self, params: Params) -> None:
        """Without a look at what becomes of it: within `in_one_go` it goes with others."""
        if thread.going is None or own() is None:
            self.run(params, _nothing)
        else:
            thread.going.add(self._in_the_drivers_form(params), params)

    def run(self, params: Params, take: Callable[[Any], R]) -> R:
        """What is taken of the cursor."""
        database = _caught_up()
        if database is None:
            with connection.cursor() as cursor:
                cursor.execute(self.sql, params)
                return take(cursor)
        sql = self._in_the_drivers_form(params)
        if self.plan_is_kept and database.settings_dict.get("PREPARES"):
            return prepared(database, sql, params, take)
        with database.wrap_database_errors:
            return take(database.connection.execute(sql, params))

    def many(self, rows: Sequence[Params]) -> None:
        """Once for each of them."""
        if not rows:
            return
        database = _caught_up()
        if database is None:
            with connection.cursor() as cursor:
                cursor.executemany(self.sql, rows)
            return
        with database.wrap_database_errors, closing(database.connection.cursor()) as cursor:
            cursor.executemany(self._in_the_drivers_form(rows[0]), rows)

    def _in_the_drivers_form(self, params: Params) -> str:
        form = self._drivers
        if form is None:
            form = self.sql
            if connection.vendor == "sqlite":
                names = list(params) if isinstance(params, Mapping) else None
                form = str(connection.create_cursor().convert_query(self.sql, param_names=names))
            self._drivers = form  # once it is whole: other threads may come first, too
        return form


def _caught_up() -> BaseDatabaseWrapper | None:
    """The connection, once all that was sent before has gone."""
    database = own()
    if database is not None and thread.going is not None:
        thread.going.arrive()
    return database


def _nothing(cursor: Any) -> None:
    pass


def _count(cursor: Any) -> int:
    return int(cursor.rowcount)


def _rows(cursor: Any) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
