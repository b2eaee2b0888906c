"""A user's titles and messages that have certain words: the newest first, each with the place in it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chat.errors import BadRequest
from chat.models import SearchEntry
from chat.search.found import newest_entries
from chat.search.marks import Piece, snippet
from chat.search.query import Query, parse
from chat.search.waiting import catch_up

PAGE = 20
TITLES = 5
"""Conversations whose title matches: before the messages, and only on the first page."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where words were found. Without a message: in the title."""

    conversation: UUID
    title: str
    archived: bool
    message: UUID | None
    role: str
    snippet: tuple[Piece, ...]
    moment: datetime


@dataclass(frozen=True, slots=True)
class Hits:
    found: tuple[Hit, ...]
    next: str | None
    """For `after`, where there is more."""


def search(user_id: int, q: str, *, after: str | None = None) -> Hits:
    """A page of what matches all words of `q`, each within one message or title. Three queries, or two.

    Raises `BadRequest` for too many words, and for an `after` that no page gave out.
    """
    query = parse(q)
    catch_up()
    titles = [] if after is not None else _entries(user_id, query, titles=True)[:TITLES]
    before = None if after is None else _read(after)
    entries = _entries(user_id, query, titles=False, before=before)[: PAGE + 1]
    hits = [_hit(entry, query) for entry in (*titles, *entries[:PAGE])]
    return Hits(
        # A long message stands in the index in parts, and may match in several.
        tuple({(hit.conversation, hit.message): hit for hit in reversed(hits)}.values())[::-1],
        str(entries[PAGE - 1].pk) if len(entries) > PAGE else None,
    )


def _entries(user_id: int, query: Query, *, titles: bool, before: int | None = None) -> list[SearchEntry]:
    entries = newest_entries(query, owner=user_id, titles=titles, before=before).filter(
        # What is hidden is not in the index; but it is not the index that says who may see what.
        conversation__owner=user_id,
        conversation__deleted=None,
        message__deleted=None,
    )
    return list(entries.select_related("conversation", "message")[: PAGE + 1])


def _hit(entry: SearchEntry, query: Query) -> Hit:
    conversation, message = entry.conversation, entry.message
    return Hit(
        conversation=conversation.id,
        title=conversation.title,
        archived=conversation.archived,
        message=message.id if message else None,
        role=message.role if message else "",
        snippet=snippet(message.content if message else conversation.title, query),
        moment=message.created if message else conversation.updated,
    )


def _read(after: str) -> int:
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise BadRequest("This cursor is not one that a search gave out.", param="cursor")
    return int(after)
