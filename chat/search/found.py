"""What matches a query: entries, newest first, and conversations. Whose they are is said by the caller.

All that was said is found after `chat.search.waiting.catch_up`.
"""

from dataclasses import dataclass
from math import log
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from chat.models import SearchEntry
from chat.search.query import Query

_IN_WORDS: Final = "chat_search_words.rowid = chat_searchentry.id AND chat_search_words MATCH %s"
_IN_VECTOR: Final = "chat_searchentry.words @@ %s::tsquery"


def newest_entries(
    query: Query, *, owner: int | None = None, titles: bool | None = None, before: int | None = None
) -> QuerySet[SearchEntry]:
    """The newest first. Of one user, or of all; titles only, or messages only, or both.

    To be sliced: each database stops reading when it has enough.
    """
    entries = SearchEntry.objects.all()
    if not query.terms:
        return entries.none()
    if connection.vendor == "postgresql":
        if owner is not None:
            entries = entries.filter(owner_id=owner)
        if titles is not None:
            entries = entries.filter(message__isnull=titles)
        if before is not None:
            entries = entries.filter(id__lt=before)
        return entries.extra(where=[_IN_VECTOR], params=[query.for_postgresql()]).order_by("-id")  # noqa: S610
    # FTS5 gives its rows in their order, forwards or backwards, and so need not find all of them.
    where, params = [_IN_WORDS], [query.for_sqlite(*_conditions(owner, titles))]
    if before is not None:
        where.append("chat_search_words.rowid < %s")
        params.append(str(before))
    return entries.extra(  # noqa: S610
        tables=["chat_search_words"], where=where, params=params, order_by=["-chat_search_words.rowid"]
    )


@dataclass(frozen=True, slots=True)
class Scored:
    """An entry, and how well it matches: more for words that stand there often, less for a long text."""

    entry: int
    conversation: UUID
    message: UUID | None
    score: float


def newest_scored(query: Query, before: int | None, count: int) -> list[Scored]:
    """So many of the newest entries of all users, the newest first, each with its score."""
    entries = newest_entries(query, before=before)
    fields = ("id", "conversation_id", "message_id")
    if not query.terms:
        return []
    if connection.vendor == "postgresql":
        rank = "ts_rank(chat_searchentry.words, %s::tsquery, 1)"
        scored = entries.extra(select={"score": rank}, select_params=[query.for_postgresql()])  # noqa: S610
        ranked = scored.values_list(*fields, "score")[:count]
        return [Scored(entry, conversation, message, score) for entry, conversation, message, score in ranked]
    # FTS5's own ranking would have to read every text that matches.
    rows = entries.extra(select={"text": "chat_search_words.words"}).values_list(*fields, "text")
    return [
        Scored(entry, conversation, message, _score(query, text))
        for entry, conversation, message, text in rows[:count]
    ]


def _score(query: Query, words: str) -> float:
    within = f" {words} "
    found = 0.0
    for term in query.terms:
        times = within.count(f" {' '.join(term.words)}{'' if term.is_open else ' '}")
        found += 1 - 1 / (1 + times)
    return found / (1 + log(1 + len(words)))


def conversations_with(query: Query, *, owner: int | None = None) -> RawSQL | tuple[()]:
    """The ids of conversations (of this user's, or of all) whose title or a message matches; for `id__in`."""
    if not query.terms:
        return ()
    if connection.vendor == "postgresql":
        if owner is None:
            return RawSQL(  # noqa: S611
                f"SELECT conversation_id FROM chat_searchentry WHERE {_IN_VECTOR}",  # noqa: S608
                [query.for_postgresql()],
            )
        return RawSQL(  # noqa: S611
            f"SELECT conversation_id FROM chat_searchentry WHERE owner_id = %s AND {_IN_VECTOR}",  # noqa: S608
            [owner, query.for_postgresql()],
        )
    return RawSQL(  # noqa: S611
        f"SELECT conversation_id FROM chat_searchentry, chat_search_words WHERE {_IN_WORDS}",  # noqa: S608
        [query.for_sqlite(*_conditions(owner, None))],
    )


def _conditions(owner: int | None, titles: bool | None) -> list[str]:
    conditions = [] if owner is None else [f'owner : "{owner}"']
    if titles is not None:
        conditions.append('owner : "title"' if titles else 'owner : "text"')
    return conditions
