"""The list of conversations that meet a filter, the newest first, by pages; and what stands beside one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from chat.errors import BadRequest
from chat.models import ConversationDigest, Flag, Review
from chat.models.digest import SOURCE_BITS, STATUS_BITS
from chat.review.chosen import matching
from chat.review.filters import Filter
from chat.review.hits import conversations_beside
from chat.review.quick import quick_reads

PAGE: Final = 50
COUNTED: Final = 500
"""More are said to be more: to count all of them would take longer than to find a page."""


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation of the list. Its title is its user's text: who shows it masks it where it must be."""

    conversation: UUID
    title: str
    owner: str
    updated: datetime
    messages: int
    tokens: int
    models: tuple[str, ...]
    statuses: tuple[str, ...]
    sources: tuple[str, ...]
    liked: int
    disliked: int
    comments: int
    deleted: bool
    flags: int
    """Open ones."""
    verdict: str
    labels: tuple[str, ...]
    assignee: str
    escalated: bool


@dataclass(frozen=True, slots=True)
class Page:
    rows: tuple[Row, ...]
    next: str | None
    """For `after`, where there is more."""
    count: int | None
    """How many there are; None on later pages, and where they are more than `COUNTED`."""


@quick_reads()
def list_page(wanted: Filter, reviewer: int, after: str | None = None) -> Page:
    """A page of what meets all but the words. Raises `BadRequest` for an `after` that no page gave out."""
    rows = matching(wanted.without("q"), reviewer).order_by("-updated", "-conversation_id")
    if after is not None:
        rows = rows.filter(_below(*_read(after)))
    # One query finds the first page and counts: to look twice for what is rare would take twice as long.
    most = COUNTED if after is None else PAGE
    found = list(rows.values_list("conversation_id", "updated")[: most + 1])
    keys = [key for key, _updated in found[:PAGE]]
    return Page(
        _rows(keys),
        f"{found[PAGE - 1][1].isoformat()}~{keys[-1].hex}" if len(found) > PAGE else None,
        len(found) if after is None and len(found) <= COUNTED else None,
    )


@quick_reads()
def neighbours(wanted: Filter, conversation: UUID, reviewer: int) -> tuple[UUID | None, UUID | None]:
    """The one before and the one after it in the result, as it is now; also of one that is in it no more."""
    if wanted.q:
        return conversations_beside(wanted, conversation, reviewer)
    digest = ConversationDigest.objects.filter(pk=conversation).first()
    if digest is None:
        return None, None
    rows = matching(wanted, reviewer).values_list("conversation_id", flat=True)
    above = rows.filter(_above(digest.updated, conversation)).order_by("updated", "conversation_id").first()
    below = rows.filter(_below(digest.updated, conversation)).order_by("-updated", "-conversation_id").first()
    return above, below


def _below(updated: datetime, key: UUID) -> Q:
    # The first condition alone says to an index where to begin.
    return Q(updated__lte=updated) & (Q(updated__lt=updated) | Q(conversation__lt=key))


def _above(updated: datetime, key: UUID) -> Q:
    return Q(updated__gte=updated) & (Q(updated__gt=updated) | Q(conversation__gt=key))


def _read(after: str) -> tuple[datetime, UUID]:
    updated, _, key = after.partition("~")
    try:
        moment = datetime.fromisoformat(updated)
        if moment.tzinfo is None:
            raise ValueError
        return moment, UUID(hex=key)
    except ValueError:
        raise BadRequest("This cursor is not one that a list gave out.", param="after") from None


def rows_of(conversations: Sequence[UUID]) -> dict[UUID, Row]:
    """What is said of each, whatever lists them. Four queries."""
    keys = list(conversations)
    flags = dict(
        Flag.objects.filter(conversation__in=keys, resolved=None)
        .order_by()
        .values_list("conversation_id")
        .annotate(count=Count("id"))
    )
    reviews = {
        review.conversation_id: review
        for review in Review.objects.filter(conversation__in=keys, message=None)
        .select_related("assignee")
        .prefetch_related("labels")
    }
    digests = ConversationDigest.objects.filter(pk__in=keys).select_related("conversation", "owner")
    return {digest.pk: _row(digest, flags.get(digest.pk, 0), reviews.get(digest.pk)) for digest in digests}


def _rows(keys: Sequence[UUID]) -> tuple[Row, ...]:
    found = rows_of(keys)
    return tuple(found[key] for key in keys if key in found)


def _row(digest: ConversationDigest, flags: int, review: Review | None) -> Row:
    return Row(
        conversation=digest.conversation_id,
        title=digest.conversation.title,
        owner=digest.owner.get_username(),
        updated=digest.updated,
        messages=digest.messages,
        tokens=digest.tokens,
        models=tuple(digest.models_used),
        statuses=tuple(status for status, bit in STATUS_BITS.items() if digest.statuses & bit),
        sources=tuple(source for source, bit in SOURCE_BITS.items() if digest.sources & bit),
        liked=digest.liked,
        disliked=digest.disliked,
        comments=digest.comments,
        deleted=digest.deleted is not None,
        flags=flags,
        verdict=review.verdict if review else "",
        labels=tuple(label.name for label in review.labels.all()) if review else (),
        assignee=review.assignee.get_username() if review and review.assignee else "",
        escalated=bool(review and review.escalated),
    )
