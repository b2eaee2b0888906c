"""What waits for a reviewer: flagged and given to nobody, given to me, escalated. Oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from chat.models import Conversation, Flag, Review
from chat.models.flag import FlagKind
from chat.review.quick import quick_reads
from chat.review.scope import reviewed


class _Since(TypedDict):
    since: datetime


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    Rows = QuerySet[WithAnnotations[Conversation, _Since]]
Name = Literal["new", "mine", "escalated"]
NAMES: Final[tuple[Name, ...]] = ("new", "mine", "escalated")
PAGE: Final = 50
COUNTED: Final = 999
"""More are said to be more: every page of the desk has the counts."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One that waits: since when, why, and whether it waits too long."""

    conversation: UUID
    owner: str
    title: str
    updated: datetime
    since: datetime
    overdue: bool
    kinds: tuple[tuple[FlagKind, int], ...]
    """Of its open flags, and how many of each."""
    rules: tuple[str, ...]
    """Names of the rules that raised them."""
    assignee: str
    escalated: bool
    verdict: str
    version: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a queue something stands, also when it has left it."""

    since: datetime
    conversation: UUID


def _in(name: Name, user: int) -> QuerySet[Conversation]:
    """The conversations of a queue."""
    # Only the review of a conversation has an assignee or is escalated: a constraint of the table.
    open_flags = Flag.objects.filter(resolved=None)
    match name:
        case "new":
            # Whoever was given it and may sign in no more is nobody. Asked of each that is flagged, which
            # few are: most that were ever given to somebody were judged long ago.
            taken = Review.objects.filter(Q(escalated=True) | Q(assignee__is_active=True))
            rows = Q(pk__in=open_flags.values("conversation")) & ~_has(taken, "pk")
        case "mine":
            to_judge = Q(verdict="") | _has(open_flags, "conversation")
            mine = Review.objects.filter(to_judge, assignee=user)
            rows = Q(pk__in=mine.values("conversation"))
        case "escalated":
            rows = Q(pk__in=Review.objects.filter(escalated=True).values("conversation"))
    # Whatever its user deletes, what waits is kept: that need not be asked of each.
    return Conversation.objects.filter(rows & reviewed())


def waiting(name: Name, user: int) -> "Rows":
    """The conversations of a queue, each with `since`: its oldest open flag, else when it was given."""
    of_flags = (
        Flag.objects.filter(conversation=OuterRef("pk"), resolved=None)
        .order_by()
        .values("conversation")
        .annotate(first=Min("raised"))
        .values("first")
    )
    given = Review.objects.filter(conversation=OuterRef("pk"), message=None).values("updated")[:1]
    since = Coalesce(Subquery(of_flags), Subquery(given), F("updated"))
    return _in(name, user).annotate(since=since)


def _has(rows: QuerySet[Any], conversation: str) -> Q:
    return Q(Exists(rows.filter(conversation=OuterRef(conversation))))


@quick_reads()
def counts(user: int) -> dict[Name, int]:
    """How many wait in each, up to one more than `COUNTED`: three queries, whatever there is."""
    return {name: _in(name, user).order_by()[: COUNTED + 1].count() for name in NAMES}


@quick_reads()
def page(name: Name, user: int, after: Place | None = None) -> list[Waiting]:
    """The next ones after a place, oldest first; one more than `PAGE` where there are more."""
    rows = _after(waiting(name, user), after) if after else waiting(name, user)
    return _described(rows.select_related("owner").order_by("since", "id")[: PAGE + 1])


@quick_reads()
def beside(name: Name, user: int, place: Place) -> tuple[Place | None, Place | None]:
    """The one before and the one after, as the queue is now."""
    rows = waiting(name, user).exclude(pk=place.conversation)
    later = _after(rows, place).order_by("since", "id").values_list("since", "id").first()
    earlier = rows.filter(Q(since__lt=place.since) | Q(since=place.since, id__lt=place.conversation))
    before = earlier.order_by("-since", "-id").values_list("since", "id").first()
    return (Place(*before) if before else None), (Place(*later) if later else None)


def overdue_since() -> datetime | None:
    """Flags raised before it are overdue; None: none ever is."""
    hours = settings.CHAT_REVIEW_DUE_HOURS
    return timezone.now() - timedelta(hours=hours) if hours else None


def _after(rows: "Rows", place: Place) -> "Rows":
    return rows.filter(Q(since__gt=place.since) | Q(since=place.since, id__gt=place.conversation))


def _described(rows: "Rows") -> list[Waiting]:
    """Three queries, however many they are."""
    found = list(rows)
    ids = [row.pk for row in found]
    flags = _open_flags(ids)
    reviews = {
        review.conversation_id: review
        for review in Review.objects.filter(message=None, conversation__in=ids).select_related("assignee")
    }
    limit = overdue_since()
    described = []
    for row in found:
        review = reviews.get(row.pk)
        kinds, rules, first = flags.get(row.pk, ((), (), None))
        described.append(
            Waiting(
                conversation=row.pk,
                owner=row.owner.get_username(),
                title=row.title,
                updated=row.updated,
                since=row.since,
                overdue=limit is not None and first is not None and first < limit,
                kinds=kinds,
                rules=rules,
                assignee=review.assignee.get_username() if review and review.assignee else "",
                escalated=review.escalated if review else False,
                verdict=review.verdict if review else "",
                version=review.version if review else 0,
            )
        )
    return described


_Flags = tuple[tuple[tuple[FlagKind, int], ...], tuple[str, ...], datetime | None]


def _open_flags(conversations: Sequence[UUID]) -> dict[UUID, _Flags]:
    rows = (
        Flag.objects.filter(conversation__in=conversations, resolved=None)
        .order_by("conversation", "kind")
        .values("conversation", "kind", "rule__name")
        .annotate(count=Count("id"), first=Min("raised"))
    )
    found: dict[UUID, tuple[dict[FlagKind, int], list[str], datetime]] = {}
    for row in rows:
        kinds, rules, first = found.setdefault(row["conversation"], ({}, [], row["first"]))
        kind = FlagKind(row["kind"])
        kinds[kind] = kinds.get(kind, 0) + row["count"]
        if row["rule__name"]:
            rules.append(row["rule__name"])
        found[row["conversation"]] = (kinds, rules, min(first, row["first"]))
    return {
        key: (tuple(kinds.items()), tuple(sorted(rules)), first)
        for key, (kinds, rules, first) in found.items()
    }
