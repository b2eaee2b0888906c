"""One at a time makes digests and sums, whatever the number of processes: who reads first and writes last
would else put an older truth over a newer one.
"""

from typing import Final

from django.db import connection

LOCK: Final = 0x64696765
"""Of PostgreSQL's advisory locks the one of who makes digests. SQLite has one writer."""


def is_ours() -> bool:
    """Whether nobody else does it; if so, it is ours until the transaction ends."""
    return _locked("SELECT pg_try_advisory_xact_lock(%s)")


def wait_for_turn() -> None:
    _locked("SELECT pg_advisory_xact_lock(%s)")


def _locked(statement: str) -> bool:
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(statement, [LOCK])
        return bool(cursor.fetchone()[0] is not False)
