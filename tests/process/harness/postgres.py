"""A PostgreSQL database of a test run's own, and what an administrator may do to it."""

import contextlib
import itertools
import os
import time
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg

SERVER = urlsplit(os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres"))
_numbers = itertools.count()
POSTGRES = urlunsplit(SERVER._replace(path="/postgres"))
"""The database that every server has, from which others are made."""


class Database:
    """One database; `url` is what a server is given."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.url = urlunsplit(SERVER._replace(path=f"/{name}"))

    def connections(self) -> int:
        """How many clients it has."""
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
            row = connection.execute(query, [self.name]).fetchone()
            assert row is not None
            count: int = row[0]
            return count

    def drop_connections(self) -> None:
        """End them all, as a restart of the database does."""
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            drop = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            connection.execute(drop, [self.name])

    def hold(self, table: str, seconds: float) -> None:
        """Lock it, so that all others wait. One alone: with a second one it could be a deadlock."""
        # Unless somebody drops all connections meanwhile.
        with contextlib.suppress(psycopg.errors.AdminShutdown), psycopg.connect(self.url) as connection:
            connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
            time.sleep(seconds)


@contextlib.contextmanager
def own_database(purpose: str) -> Iterator[Database]:
    """A new one, gone afterwards."""
    database = Database(f"chat_{purpose}_{os.getpid()}_{next(_numbers)}")
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database.name}".encode())
    try:
        yield database
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {database.name} WITH (FORCE)".encode())
