"""Statements that PostgreSQL prepares, so that it need not plan them each time.

Django's cursors write the values into the SQL; of that no plan can be kept.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from django.db import NotSupportedError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

R = TypeVar("R")

RUNS: Final = 5
"""Of a statement on one connection before it is prepared."""
_REVALIDATION: Final = "RevalidateCachedQuery"
"""Where PostgreSQL finds that a plan gives columns of other types than it did."""


def prepared(
    database: BaseDatabaseWrapper,
    sql: str,
    params: Sequence[Any] | Mapping[str, Any],
    take: Callable[[Any], R],
) -> R:
    """What is taken of the cursor. Raises `OperationalError` after a migration that gave a column another
    type, once for each connection.
    """
    from psycopg import Cursor

    line = database.connection
    # Only now: psycopg would count, and so hold, the texts of Django's statements with their values, too.
    line.prepare_threshold = RUNS
    try:
        with database.wrap_database_errors:
            return take(Cursor(line).execute(sql, params))
    except NotSupportedError as error:
        if getattr(getattr(error.__cause__, "diag", None), "source_function", None) != _REVALIDATION:
            raise
        database.close()
        raise OperationalError("A plan that was kept does not fit its table any more.") from error
    finally:
        line.prepare_threshold = None
