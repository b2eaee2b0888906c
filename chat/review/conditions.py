"""Says a filter to the database: conditions for `ConversationDigest`, all of which are bounded in cost.

What few rows meet is looked up from there; what many meet is asked of each digest, the newest first, where
enough are found soon. Which of both it is tells a count that ends early.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from chat.models import CompletionFigures, Flag, Review
from chat.models.digest import FINISH_BITS, FINISHES, SOURCE_BITS, STATUS_BITS
from chat.models.status import Status
from chat.review.filters import Filter

CUT_SHORT: Final = frozenset({Status.STOPPED, Status.INTERRUPTED, Status.FAILED})
FEW: Final = 5_000
"""Rows up to which they are looked up: some milliseconds."""


def conditions(chosen: Filter, reviewer: int | None) -> Q:
    """All but the words. `reviewer` is who `me` is. A constant number of queries decides how it is asked."""
    found = Q()
    if chosen.user:
        found &= Q(owner__in=User.objects.filter(username=chosen.user).values("id"))
    if chosen.group is not None:
        found &= Q(owner__in=User.groups.through.objects.filter(group=chosen.group).values("user"))
    found &= _counted(chosen)
    found &= _said_of_replies(chosen)
    found &= _judged(chosen, reviewer)
    return found


def _counted(chosen: Filter) -> Q:
    found = Q()
    if chosen.rating:
        found &= Q(liked__gt=0) if chosen.rating == "up" else Q(disliked__gt=0)
    if chosen.comment:
        found &= Q(comments__gt=0)
    bounds = {
        "length__gte": chosen.length_from,
        "length__lte": chosen.length_to,
        "tokens__gte": chosen.tokens_from,
        "tokens__lte": chosen.tokens_to,
    }
    return found & Q(**{name: value for name, value in bounds.items() if value is not None})


def _said_of_replies(chosen: Filter) -> Q:
    """The bits leave few to look at closely; a single set is said by them alone."""
    said: dict[str, Any] = {}
    found = Q()
    if chosen.status:
        found &= _has("statuses", [STATUS_BITS[status] for status in chosen.status])
        said["status__in"] = chosen.status
    if chosen.source:
        found &= _has("sources", [SOURCE_BITS[source] for source in chosen.source])
        said["source__in"] = chosen.source
    if chosen.finish:
        found &= _has("finishes", [FINISH_BITS[finish] for finish in chosen.finish])
    if chosen.model:
        said["model"] = chosen.model
        found &= _if_few(CompletionFigures.objects.filter(model=chosen.model))
    if chosen.cause:
        found &= _has("statuses", [STATUS_BITS[status] for status in CUT_SHORT])
    days = _days(chosen)
    if days:
        said |= days
        found &= _in_days(days)
    if not chosen.model and not days and not chosen.cause and len(said) + bool(chosen.finish) <= 1:
        return found
    calls = CompletionFigures.objects.filter(
        _finished(chosen.finish),
        _caused(chosen.cause),
        conversation=OuterRef("pk"),
        completion__message__deleted=None,
        **said,
    )
    return found & Q(Exists(calls))


def _days(chosen: Filter) -> dict[str, datetime]:
    zone = timezone.get_current_timezone()
    found = {}
    if chosen.date_from is not None:
        found["asked__gte"] = datetime.combine(chosen.date_from, time(), zone)
    if chosen.date_to is not None:
        try:
            found["asked__lt"] = datetime.combine(chosen.date_to + timedelta(days=1), time(), zone)
        except OverflowError:  # the last day that there is
            found["asked__lt"] = datetime.max.replace(tzinfo=UTC)
    return found


def _in_days(days: dict[str, datetime]) -> Q:
    found = _if_few(CompletionFigures.objects.filter(**days))
    if "asked__gte" in days:
        found &= Q(updated__gte=days["asked__gte"])
    if "asked__lt" in days:
        found &= Q(created__lt=days["asked__lt"])
    return found


def _finished(finish: Sequence[str]) -> Q:
    if not finish:
        return Q()
    found = Q(finish_reason__in=finish)
    if "other" in finish:
        found |= ~Q(finish_reason__in=["", *(name for name in FINISHES if name != "other")])
    return found


def _caused(cause: str) -> Q:
    """As the figures count causes: what failed by its error, what else ended early by why it was cut off."""
    if not cause:
        return Q()
    failed = Q(status=Status.FAILED, error_code=cause)
    return failed | Q(status__in=CUT_SHORT - {Status.FAILED}, cut_off=cause)


def _judged(chosen: Filter, reviewer: int | None) -> Q:
    found = Q()
    if chosen.flagged:
        flags = Flag.objects.all() if chosen.flagged == "any" else Flag.objects.filter(resolved=None)
        found &= _among(flags)
    if chosen.verdict == "none":
        found &= ~_among(Review.objects.exclude(verdict=""))
    elif chosen.verdict:
        found &= _among(Review.objects.filter(verdict=chosen.verdict))
    if chosen.label is not None:
        found &= _among(Review.objects.filter(labels=chosen.label))
    if chosen.escalated:
        found &= _among(Review.objects.filter(escalated=True))
    if chosen.assignee == "nobody":
        found &= ~_among(Review.objects.filter(assignee__isnull=False))
    elif chosen.assignee == "me":
        found &= _among(Review.objects.filter(assignee__isnull=False, assignee=reviewer or 0))
    elif chosen.assignee:
        found &= _among(Review.objects.filter(assignee__username=chosen.assignee))
    return found


def _has(column: str, bits: Sequence[int]) -> Q:
    return Q(GreaterThan(F(column).bitand(sum(bits)), 0))


def _among(rows: QuerySet[Any]) -> Q:
    """Conversations that such a row belongs to."""
    if _are_few(rows):
        return Q(pk__in=rows.values("conversation"))
    return Q(Exists(rows.filter(conversation=OuterRef("pk"))))


def _if_few(rows: QuerySet[Any]) -> Q:
    """The same where it makes the set small; else nothing, where the set is asked closely anyway."""
    return Q(pk__in=rows.values("conversation")) if _are_few(rows) else Q()


def _are_few(rows: QuerySet[Any]) -> bool:
    return rows.order_by()[:FEW].count() < FEW
