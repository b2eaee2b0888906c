"""What matches a query: entries, newest first, and conversations. Whose they are is said by the caller."""

from typing import Final

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


def conversations_with(query: Query, *, owner: int) -> RawSQL | tuple[()]:
    """The ids of this user's conversations of which the title or a message matches; for `id__in`."""
    if not query.terms:
        return ()
    if connection.vendor == "postgresql":
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
