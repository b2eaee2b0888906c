"""The tables of a restore: made as the backup had them, and afterwards brought up to date."""

import time
from collections.abc import Iterable
from typing import Final

from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from chat.models import Conversation, Server

OURS: Final = ("auth_", "chat_", "django_", "account_email", "mfa_authenticator", "socialaccount_social")
BEAT_SECONDS: Final = 5.0
"""A server beats every two."""

Name = tuple[str, str]


def make_as(migrations: Iterable[Name]) -> None:
    """Empty tables as these migrations leave them."""
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    applied = set(migrations) & set(graph.node_map)  # of apps that this site does not have there are none
    # The last ones of each app: to name one that another follows would be to undo that one.
    last = [
        name
        for name in sorted(applied)
        if not any(
            child.key[0] == name[0] and child.key in applied for child in graph.node_map[name].children
        )
    ]
    executor.migrate(last)


def defer_checks() -> None:
    """Rows may come before those that they refer to. Migrations of the same transaction forbade it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def holds() -> str | None:
    """What the database holds that a restore would replace; None where there is nothing of anybody's."""
    tables = set(connection.introspection.table_names())
    if not {User._meta.db_table, Conversation._meta.db_table} & tables:
        return None
    users = _count("auth_user") if "auth_user" in tables else 0
    conversations = _count("chat_conversation") if "chat_conversation" in tables else 0
    if not users and not conversations:
        return None
    return f"{users:,} users and {conversations:,} conversations"


def is_served() -> bool:
    """Whether a server beats: on PostgreSQL no lock tells."""
    if Server._meta.db_table not in connection.introspection.table_names():
        return False
    before = _beats()
    if not before:
        return False
    until = time.monotonic() + BEAT_SECONDS
    while time.monotonic() < until:
        time.sleep(0.5)
        if any(before.get(server, -1) < beat for server, beat in _beats().items()):
            return True
    return False


def drop() -> None:
    """All tables and functions that this program ever made. For PostgreSQL, within a transaction."""
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(OURS):
                cursor.execute(f"DROP TABLE {quoted(table)} CASCADE")
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc"
            " WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'chat\\_%'"
        )
        for (function,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {function} CASCADE")


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
        (number,) = cursor.fetchone()
    return int(number)


def _beats() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, beat FROM chat_server")
        return {str(server): int(beat) for server, beat in cursor.fetchall()}
