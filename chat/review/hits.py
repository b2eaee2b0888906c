"""Places where words stand, in all messages of all users: page by page, and only as far back as is quick.

The index gives the newest texts that have the words. Those of conversations that meet the filter are kept;
of a common word with a rare filter only so many are looked through at once, and the page says so.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from chat.errors import BadRequest
from chat.models import Conversation, Message, SearchEntry
from chat.review.chosen import matching
from chat.review.filters import Filter
from chat.review.quick import quick_reads
from chat.search.found import Scored, newest_entries, newest_scored
from chat.search.marks import Piece, snippet
from chat.search.query import Query, parse
from chat.search.waiting import catch_up

PAGE: Final = 25
FIRST_LOOK: Final = 250
"""Texts looked at first: without a rare filter they are enough for a page."""
LOOK: Final = 1_000
"""Texts looked through for one page."""
RANKED: Final = 1_000
"""Texts among which the best are found."""
TITLES_LOOK: Final = 40
"""Titles looked at for them."""
TITLES: Final = 5
"""Conversations whose title matches: before the messages, and only on the first page."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where words were found. Without a message: in the title."""

    conversation: UUID
    title: str
    owner: str
    message: UUID | None
    role: str
    status: str
    snippet: tuple[Piece, ...]
    moment: datetime


@dataclass(frozen=True, slots=True)
class Hits:
    found: tuple[Hit, ...]
    next: str | None = None
    """For `after`, where there is more."""
    further: str | None = None
    """The same where the look ended before the texts did: what is older was not looked at yet."""
    looked: int = 0
    """How many texts with the words were looked through."""


@dataclass(frozen=True, slots=True)
class _Place:
    """An entry of the index, of a conversation that meets the filter."""

    entry: int
    conversation: UUID
    message: UUID | None


class _Allowed:
    """Which conversations meet the filter: asked for those at hand, each once."""

    def __init__(self, wanted: Filter, reviewer: int) -> None:
        self._rows = matching(wanted.without("q"), reviewer).values_list("pk", flat=True)
        self._known: dict[UUID, bool] = {}

    def of(self, conversations: Iterable[UUID]) -> Collection[UUID]:
        asked = set(conversations)
        new = asked - self._known.keys()
        if new:
            met = set(self._rows.filter(pk__in=new))
            self._known.update((key, key in met) for key in new)
        return {key for key in asked if self._known[key]}


def search(wanted: Filter, reviewer: int, after: str | None = None) -> Hits:
    """A page of hits; a constant number of queries. Raises `BadRequest` for an `after` of no page."""
    catch_up()  # in transactions of its own: nobody is to wait for this search
    return _search(wanted, reviewer, after)


@quick_reads()
def _search(wanted: Filter, reviewer: int, after: str | None) -> Hits:
    query, allowed = parse(wanted.q), _Allowed(wanted, reviewer)
    before, offset = _read(after)
    if wanted.sort == "ranked":
        return _ranked(query, allowed, before, offset)
    titles = _titles(query, allowed) if after is None else []
    places, looked, last = _look(query, allowed, before, PAGE + 1)
    shown = places[:PAGE]
    return Hits(
        _hits([*titles, *shown], query),
        next=_cursor(shown[-1].entry) if len(places) > PAGE else None,
        further=_cursor(last) if last is not None and len(places) <= PAGE else None,
        looked=looked,
    )


@quick_reads()
def conversations_beside(
    wanted: Filter, conversation: UUID, reviewer: int
) -> tuple[UUID | None, UUID | None]:
    """The ones before and after it, in the order in which a search comes upon them."""
    query, allowed = parse(wanted.q), _Allowed(wanted, reviewer)
    if wanted.sort == "ranked":
        scored = newest_scored(query, None, RANKED)
        places = _best(scored, allowed)
    else:
        places = [*_titles(query, allowed), *_look(query, allowed, None, LOOK)[0]]
    order = list(dict.fromkeys(place.conversation for place in places))
    if conversation not in order and wanted.sort != "ranked":
        # It is further back than one look goes: what follows is looked for from there.
        own = SearchEntry.objects.filter(conversation=conversation).order_by("-id").first()
        places = _look(query, allowed, own.pk + 1 if own else 0, FIRST_LOOK)[0]
        order = list(dict.fromkeys([conversation, *(place.conversation for place in places)]))
    if conversation not in order:
        return None, None
    at = order.index(conversation)
    return (order[at - 1] if at else None), (order[at + 1] if at + 1 < len(order) else None)


def _look(
    query: Query, allowed: _Allowed, before: int | None, wanted: int
) -> tuple[list[_Place], int, int | None]:
    """So many places before an entry; how many texts were looked at; the last one, if there are more."""
    places: dict[UUID | None, _Place] = {}
    looked = 0
    for size in (FIRST_LOOK, LOOK - FIRST_LOOK):
        entries = newest_entries(query, before=before).filter(message__isnull=False)
        rows = list(entries.values_list("id", "conversation_id", "message_id")[:size])
        looked += len(rows)
        met = allowed.of(row[1] for row in rows)
        for row in rows:
            if row[1] in met:
                # A long message stands in the index in parts, and may match in several.
                places.setdefault(row[2], _Place(*row))
        if len(rows) < size:
            return list(places.values()), looked, None
        before = rows[-1][0]
        if len(places) >= wanted:
            break
    return list(places.values()), looked, before


def _titles(query: Query, allowed: _Allowed) -> list[_Place]:
    entries = newest_entries(query, titles=True)
    rows = list(entries.values_list("id", "conversation_id", "message_id")[:TITLES_LOOK])
    met = allowed.of(row[1] for row in rows)
    return [_Place(*row) for row in rows if row[1] in met][:TITLES]


def _ranked(query: Query, allowed: _Allowed, before: int | None, offset: int) -> Hits:
    scored = newest_scored(query, before, RANKED)
    places = _best(scored, allowed)
    shown = places[offset : offset + PAGE]
    # The next page ranks the same texts: those that are new by then are for whoever searches again.
    top = scored[0].entry + 1 if scored else 0
    is_all = len(scored) < RANKED
    more = len(places) > offset + PAGE
    return Hits(
        _hits(shown, query),
        next=_cursor(top, offset + PAGE) if more else None,
        further=None if is_all or more else _cursor(scored[-1].entry),
        looked=len(scored),
    )


def _best(scored: Sequence[Scored], allowed: _Allowed) -> list[_Place]:
    met = allowed.of(each.conversation for each in scored)
    found: dict[tuple[UUID, UUID | None], _Place] = {}
    for each in sorted(scored, key=lambda each: (-each.score, -each.entry)):
        if each.conversation in met:
            place = _Place(each.entry, each.conversation, each.message)
            found.setdefault((each.conversation, each.message), place)
    return list(found.values())


def _hits(places: Sequence[_Place], query: Query) -> tuple[Hit, ...]:
    """Two queries. What was hidden since the index was read is left out."""
    keys = {place.conversation for place in places}
    conversations = Conversation.objects.filter(id__in=keys).select_related("owner").in_bulk()
    messages = Message.objects.filter(deleted=None).in_bulk(
        [place.message for place in places if place.message is not None]
    )
    found = []
    for place in places:
        conversation = conversations.get(place.conversation)
        message = None if place.message is None else messages.get(place.message)
        if conversation is None or (place.message is not None and message is None):
            continue
        found.append(
            Hit(
                conversation=conversation.id,
                title=conversation.title,
                owner=conversation.owner.get_username(),
                message=place.message,
                role=message.role if message else "",
                status=message.status if message else "",
                snippet=snippet(message.content if message else conversation.title, query),
                moment=message.created if message else conversation.updated,
            )
        )
    return tuple(found)


def _cursor(before: int, offset: int = 0) -> str:
    return f"{before}~{offset}"


def _read(after: str | None) -> tuple[int | None, int]:
    if after is None:
        return None, 0
    before, _, offset = after.partition("~")
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in (before, offset)):
        raise BadRequest("This cursor is not one that a search gave out.", param="after")
    return int(before), int(offset)
