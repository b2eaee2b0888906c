"""The thread's own connection: Django's way to it takes a tenth of what an ask costs its thread."""

from threading import local
from typing import TYPE_CHECKING

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    from chat.statements.one_go import Going


class _Thread(local):
    def __init__(self) -> None:
        self.database = connections[DEFAULT_DB_ALIAS]
        self.going: Going | None = None
        """What waits to be sent, within `in_one_go`."""


thread = _Thread()


def own() -> BaseDatabaseWrapper | None:
    """It, ready for the driver's own cursor; None where somebody watches Django's (tests do)."""
    database = thread.database
    watchers = len(database.execute_wrappers) - (thread.going is not None)
    if database.queries_logged or watchers:
        return None
    database.close_if_health_check_failed()  # one that was kept, as a page's thread keeps it
    database.ensure_connection()
    database.validate_no_broken_transaction()
    return database
