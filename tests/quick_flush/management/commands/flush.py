"""`flush` as it follows every test with transactions of its own: the same result, without the same work.

Django's empties every table, and has all content types, permissions and roles made anew. A test writes into
some tables, and seldom into those.
"""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.commands import flush
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

Rows = list[list[tuple[Any, ...]]]

MADE_BY_MIGRATE = [
    model._meta.db_table for model in (ContentType, Permission, Group, Group.permissions.through)
]


class Command(flush.Command):
    made: Rows | None = None
    """What was there after the last flush of Django's."""

    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        if options["reset_sequences"] or _made(connection) != Command.made:
            super().handle(**options)
            Command.made = _made(connection)
            return
        quote = connection.ops.quote_name
        statements = [f"DELETE FROM {quote(table)}" for table in _written(connection)]
        connection.ops.execute_sql_flush(statements)


def _made(connection: BaseDatabaseWrapper) -> Rows:
    return [_all(connection, f"SELECT * FROM {table} ORDER BY id") for table in MADE_BY_MIGRATE]


def _written(connection: BaseDatabaseWrapper) -> list[str]:
    """The tables that have rows, but for those that a migration makes."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    quote = connection.ops.quote_name
    looks = [
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quote(name)})"
        for name in names
        if name not in MADE_BY_MIGRATE
    ]
    return [name for (name,) in _all(connection, " UNION ALL ".join(looks))]


def _all(connection: BaseDatabaseWrapper, query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())
