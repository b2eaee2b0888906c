"""The database as it was at one moment, to be read for as long as it takes, beside a running server."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction


class NoRoom(Exception):
    """The disk has no place for a copy of the database. The message says how much is needed."""


@contextmanager
def at_one_moment(folder: Path) -> Iterator[None]:
    """Within it, the default connection reads the database as it was when this began. SQLite: from a copy in
    `folder`, by its online backup, during which a server goes on writing. PostgreSQL: in one transaction.
    """
    if connection.vendor == "sqlite":
        with _copied(folder) as copy, pointed_at(copy):
            yield
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


@contextmanager
def _copied(folder: Path) -> Iterator[Path]:
    needed = Path(connection.settings_dict["NAME"]).stat().st_size
    if shutil.disk_usage(folder).free < needed:
        raise NoRoom(f"In {folder} there is no room for a copy of the database: {needed:,} bytes.")
    with tempfile.TemporaryDirectory(dir=folder, prefix=".backup-") as own:
        copy = Path(own) / "copy.sqlite3"
        connection.ensure_connection()
        target = sqlite3.connect(copy)
        try:
            # In one step: in several, it would begin anew whenever the server writes, which it does ten times
            # a second. In WAL mode no writer waits for it.
            connection.connection.backup(target, pages=-1)
        finally:
            target.close()
        yield copy


@contextmanager
def pointed_at(path: Path) -> Iterator[None]:
    """Within it, the default connection is another SQLite file: migrations know no other connection."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
