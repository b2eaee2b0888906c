"""Group commits: on SQLite, transactions that wait for its one writer become one, and share its commit.

A commit writes each page that changed, which takes as long as all statements of an ask, and rows that come
one after the other mostly change the same pages: two asks in one commit take 0.8 of what they take in two,
four 0.6 (`python benchmarks/group_commits.py`). Nobody is told of anything before it is committed.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from threading import local
from typing import ParamSpec, TypeVar

from django.db import transaction

from chat.statements import in_one_go

P = ParamSpec("P")
R = TypeVar("R")


class _Thread(local):
    in_group = False


_thread = _Thread()


def atomic(function: Callable[P, R]) -> Callable[P, R]:
    """Django's; what nobody waits for goes to PostgreSQL together with the commit.

    Within a group it is without a savepoint, which costs more than the commit that is shared. What fails
    there undoes the whole group, and is done again by itself: it must be fit to be run twice.
    """

    @wraps(function)
    def in_transaction(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic(savepoint=not _thread.in_group), in_one_go():
            return function(*args, **kwargs)

    return in_transaction


def commit_together(functions: Sequence[Callable[[], R]]) -> list[R]:
    """All of them in one transaction, one after the other. Raises what the first one raises that fails; then
    nothing of any was done.
    """
    with _group(), transaction.atomic():
        return [function() for function in functions]


@contextmanager
def _group() -> Iterator[None]:
    _thread.in_group = True
    try:
        yield
    finally:
        _thread.in_group = False
