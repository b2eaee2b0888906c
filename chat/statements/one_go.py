"""Statements that nobody waits for: PostgreSQL is sent them together, with their transaction's begin and end.

In psycopg's pipeline, with begin and commit by themselves, an ask took 1.8 times as much CPU and an end 1.4
(`python benchmarks/steps.py`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from chat.statements.own import own, thread


@contextmanager
def in_one_go() -> Iterator[None]:
    """What is sent within it (`Written.send`) is kept until another statement is waited for, or the end.

    What fails of it is raised then. Directly within the outermost transaction the commit goes with it, so
    that one way there and back is all that an ask takes. Outside of any, or within another one, it does
    nothing.
    """
    database = own()
    if database is None or thread.going is not None or not _can_wait(database):
        yield
        return
    going = Going(database)
    outermost = not database.savepoint_ids
    thread.going = going
    database.execute_wrappers.append(going.before_others)
    try:
        yield
        if not database.needs_rollback:  # which undoes it all
            going.arrive(commit=outermost)
    finally:
        database.execute_wrappers.remove(going.before_others)
        thread.going = None


def _can_wait(database: BaseDatabaseWrapper) -> bool:
    return database.vendor == "postgresql" and database.in_atomic_block


class Going:
    """What was sent and has not gone yet. Of one thread."""

    def __init__(self, database: BaseDatabaseWrapper) -> None:
        self._database = database
        self._cursor = database.connection.cursor()
        self._statements: list[str] = []

    def add(self, sql: str, params: Sequence[Any] | Mapping[str, Any]) -> None:
        """`sql` in the driver's form."""
        with self._database.wrap_database_errors:
            self._statements.append(self._cursor.mogrify(sql, params))

    def before_others(self, execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        """Around each statement that goes by Django's cursors: see Django's `execute_wrapper`."""
        if sql.startswith("ROLLBACK TO SAVEPOINT"):
            self._statements.clear()  # what was sent since the savepoint is undone
        else:
            self.arrive()
        return execute(sql, *args)

    def arrive(self, *, commit: bool = False) -> None:
        """Send them, and wait for what becomes of them. As one simple query of the protocol, whose statements
        PostgreSQL runs one after the other until one fails; psycopg would ask for the begin by itself.

        https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT
        """
        statements, self._statements = self._statements, []
        if not statements:
            return
        from psycopg.pq import TransactionStatus

        line = self._database.connection.pgconn
        if line.transaction_status == TransactionStatus.IDLE:
            statements.insert(0, _begin(self._database.connection.isolation_level))
        if commit:
            statements.append("COMMIT")
        with self._database.wrap_database_errors:
            _run(line, ";".join(statements))


def _begin(isolation_level: int | None) -> str:
    """As psycopg begins: see Django's option of the same name."""
    if isolation_level is None:
        return "BEGIN"
    from psycopg import IsolationLevel

    return f"BEGIN ISOLATION LEVEL {IsolationLevel(isolation_level).name.replace('_', ' ')}"


def _run(line: Any, statements: str) -> None:
    """`line` is a `psycopg.pq.PGconn`. Raises psycopg's errors, as its cursors do."""
    from psycopg import errors
    from psycopg.pq import ConnStatus, ExecStatus

    answer = line.exec_(statements.encode())
    if answer.status == ExecStatus.FATAL_ERROR:
        if line.status == ConnStatus.BAD:
            raise errors.OperationalError(answer.get_error_message())
        raise errors.error_from_result(answer)
