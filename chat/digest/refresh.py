"""Makes digests and figures anew: a constant number of queries for a batch of conversations."""

from collections.abc import Callable, Collection
from functools import cache
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import BigIntegerField

from chat import planner
from chat.digest.figures import put_figures
from chat.digest.parts import put_digests
from chat.digest.summing import sum_all
from chat.digest.turns import is_ours, wait_for_turn
from chat.models import CompletionFigures, Conversation, ConversationDigest, StaleDigest
from chat.statements import Among, Delete, Param, Select

BATCH: Final = 100
"""Marks of one transaction, of as many conversations at most: on SQLite nobody else writes for some 10 ms."""
_has_marks = Select(lambda: StaleDigest.objects.order_by().values_list("id")[:1])
_forget_marks = Delete(lambda: StaleDigest.objects.filter(Among("id", Param("marks", BigIntegerField()))))


def refresh_stale(limit: int = BATCH) -> int:
    """Take so many marks, and make what they name anew; how many they were. None while another does it."""
    if not _has_marks.rows():
        return 0
    with transaction.atomic():
        if not is_ours():
            return 0
        marks = dict(_marks(limit).rows())
        # Before anything is read: what changes from now on brings a mark of its own.
        _forget_marks(marks=list(marks))
        _refresh(set(marks.values()), figures_too=False)
    return len(marks)


@transaction.atomic
def refresh(conversations: Collection[UUID], *, figures_too: bool = False) -> None:
    """Make theirs anew now. `figures_too`: also of completions that ended before and have their figures."""
    wait_for_turn()
    _refresh(set(conversations), figures_too=figures_too)


def rebuild(progress: Callable[[int], object] = lambda done: None) -> int:
    """All digests, figures and sums anew, in batches; how many conversations there are."""
    after: UUID | None = None
    done = 0
    while True:
        rows = Conversation.objects.all() if after is None else Conversation.objects.filter(id__gt=after)
        keys = list(rows.order_by("id").values_list("id", flat=True)[:BATCH])
        if not keys:
            break
        refresh(keys, figures_too=True)
        after = keys[-1]
        done += len(keys)
        progress(done)
    planner.look_at(ConversationDigest, CompletionFigures)
    sum_all()
    return done


@cache
def _marks(limit: int) -> Select:
    """The oldest ones."""
    return Select(lambda: StaleDigest.objects.order_by("id").values_list("id", "conversation_id")[:limit])


def _refresh(keys: Collection[UUID], *, figures_too: bool) -> None:
    put_figures(keys, figures_too=figures_too)
    put_digests(keys)
