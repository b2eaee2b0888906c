"""A database that commits, and whose answer never arrives: the connection breaks in between."""

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper


class LostAnswers:
    """Stands where Django commits. Loses one answer: to the first commit before which `lose_when` holds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lost = threading.Event()
        self._commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]
        self._holds: Callable[[], bool] | None = None
        monkeypatch.setattr(BaseDatabaseWrapper, "_commit", lambda connection: self._answer(connection))

    def lose_when(self, holds: Callable[[], bool]) -> None:
        """`holds` looks at the database from within the transaction that is about to be committed."""
        self._holds = holds

    def _answer(self, connection: BaseDatabaseWrapper) -> None:
        lose = not self.lost.is_set() and self._holds is not None and self._holds()
        self._commit(connection)
        if lose:
            self.lost.set()
            raise OperationalError("server closed the connection unexpectedly")
