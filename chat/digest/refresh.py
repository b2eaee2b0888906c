"""Makes digests and figures anew: a constant number of queries for a batch of conversations."""

from collections.abc import Callable, Collection, Iterable
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from chat.digest.figures import put_figures
from chat.digest.parts import read_parts
from chat.digest.summing import sum_all
from chat.digest.turns import is_ours, wait_for_turn
from chat.models import Conversation, ConversationDigest, StaleDigest

BATCH: Final = 50
"""Conversations of one transaction: on SQLite nobody else writes meanwhile (some 10 ms)."""
_MADE_ANEW: Final = tuple(
    field.attname for field in ConversationDigest._meta.concrete_fields if not field.primary_key
)


def refresh_stale(limit: int = BATCH) -> int:
    """Take so many marks, and make what they name anew; how many they were. None while another does it."""
    if not StaleDigest.objects.exists():
        return 0
    with transaction.atomic():
        if not is_ours():
            return 0
        marks = dict(StaleDigest.objects.order_by("id").values_list("id", "conversation_id")[:limit])
        # Before anything is read: what changes from now on brings a mark of its own.
        StaleDigest.objects.filter(id__in=marks).delete()
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
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE chat_conversationdigest, chat_completionfigures")
    sum_all()
    return done


def _refresh(keys: Collection[UUID], *, figures_too: bool) -> None:
    put_figures(keys, figures_too=figures_too)
    _put(read_parts(keys))


def _put(digests: Iterable[ConversationDigest]) -> None:
    ConversationDigest.objects.bulk_create(
        digests, update_conflicts=True, unique_fields=["conversation"], update_fields=_MADE_ANEW
    )
