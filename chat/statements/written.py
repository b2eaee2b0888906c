"""A statement as it is run: on the thread's own connection, by the driver's own cursor.

What Django's cursor does around each takes several times as long as SQLite does. Of that are kept: errors
have Django's names, a broken transaction and an event loop are refused, and who watches sees each statement.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from threading import local
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

R = TypeVar("R")
Params = Sequence[Any] | Mapping[str, Any]


class Written:
    """A statement written by hand, in Django's form (`%s`, `%(name)s`); values are the driver's already."""

    __slots__ = ("_drivers", "sql")

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self._drivers: str | None = None

    def count(self, params: Params) -> int:
        """How many rows it met."""
        return self.run(params, _count)

    def rows(self, params: Params) -> list[tuple[Any, ...]]:
        return self.run(params, _rows)

    def send(self, params: Params) -> None:
        """Without a look at what becomes of it: within `in_one_go` it is not waited for."""
        self.run(params, _nothing)

    def run(self, params: Params, take: Callable[[Any], R]) -> R:
        """What is taken of the cursor."""
        database = _own()
        if database is None:
            with connection.cursor() as cursor:
                cursor.execute(self.sql, params)
                return take(cursor)
        with database.wrap_database_errors:
            return take(database.connection.execute(self._in_the_drivers_form(params), params))

    def many(self, rows: Sequence[Params]) -> None:
        """Once for each of them."""
        if not rows:
            return
        database = _own()
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


class _Thread(local):
    """Its own connection: Django's way to it takes a tenth of what an ask costs its thread."""

    def __init__(self) -> None:
        self.database = connections[DEFAULT_DB_ALIAS]


_thread = _Thread()


@contextmanager
def in_one_go() -> Iterator[None]:
    """What is sent within it does not wait for the answers of what was sent before, on PostgreSQL: each would
    be a way there and back, and there are ten to an end (a fifth less time, and CPU). Rows are waited for as
    ever; what fails is raised by the next that waits, or at the end. Nothing may ask in it how many rows a
    statement met, as Django's `save` and `update` do.

    PostgreSQL's pipeline mode: https://www.postgresql.org/docs/current/libpq-pipeline-mode.html
    """
    database = _own()
    if database is None or database.vendor != "postgresql":
        yield
        return
    with database.wrap_database_errors, database.connection.pipeline():
        yield


def _own() -> BaseDatabaseWrapper | None:
    """The connection, ready for the driver's own cursor; None where somebody watches Django's (tests do)."""
    database = _thread.database
    if database.queries_logged or database.execute_wrappers:
        return None
    database.close_if_health_check_failed()  # one that was kept, as a page's thread keeps it
    database.ensure_connection()
    database.validate_no_broken_transaction()
    return database


def _nothing(cursor: Any) -> None:
    pass


def _count(cursor: Any) -> int:
    return int(cursor.rowcount)


def _rows(cursor: Any) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
