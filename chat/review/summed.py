"""What the figures of a span come to: of whole months, else of days, and of the rows of what is in neither.

In neither are today, days of which something changed a few seconds ago, and all days where a group is
chosen: whether times and causes are of its members, sums cannot tell.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils import timezone

from chat.digest.days import DAY, begin_of, day_of, month_of
from chat.digest.summing import add_up, counted, stale_days
from chat.digest.sums import DayCounts, Sums, add, counts_of, of_json
from chat.models import CompletionFigures, CompletionSums
from chat.review.spans import Span

Period = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Summed:
    days: dict[date, DayCounts]
    """Days without replies may be missing."""
    pieces: list[Sums]


def read_summed(span: Span, begins: Sequence[date], zone: tzinfo) -> Summed:
    """`begins`: the days on which a piece begins that is to be summed by itself; the first is the span's.

    Four queries at most.
    """
    kept = {} if span.group is not None else _kept(span, zone)
    days = {day: _counts(kept[day, day][1], span.model) for day in span.days() if (day, day) in kept}
    pieces: list[Sums] = [{} for _ in begins]
    chosen, rest = _chosen(kept.keys(), _pieces(begins, span.end))
    places = {kept[period][0]: bisect_right(begins, period[0]) - 1 for period in chosen}
    for key, said in CompletionSums.objects.filter(id__in=places).values_list("id", "sums"):
        add(pieces[places[key]], of_json(said, span.model))
    if rest:
        for day, sums in add_up(_rows(rest, span, zone), zone).items():
            days[day] = counts_of(sums)
            add(pieces[bisect_right(begins, day) - 1], sums)
    return Summed(days, pieces)


def _kept(span: Span, zone: tzinfo) -> dict[Period, tuple[int, Any]]:
    """By their days, the sums that are true. What is stale is read first: sums made since are good, too."""
    stale = stale_days(span.start, span.end, zone)
    last = min(span.end, day_of(timezone.now(), zone) - DAY)
    rows = CompletionSums.objects.filter(zone=str(zone), begin__gte=span.start, end__lte=last)
    return {
        (begin, end): (key, counts)
        for key, begin, end, counts in rows.values_list("id", "begin", "end", "counts")
        if not any(begin <= day <= end for day in stale)
    }


def _pieces(begins: Sequence[date], end: date) -> list[Period]:
    return list(zip(begins, [*(day - DAY for day in begins[1:]), end], strict=True))


def _chosen(kept: Collection[Period], pieces: Sequence[Period]) -> tuple[list[Period], list[date]]:
    """As few of those that are kept as make up the pieces; and the days that are in none of them."""
    chosen: list[Period] = []
    rest: list[date] = []
    for begin, end in pieces:
        day = begin
        while day <= end:
            first, last = month = month_of(day)
            if day == first and last <= end and month in kept:
                chosen.append(month)
                day = last
            elif (day, day) in kept:
                chosen.append((day, day))
            else:
                rest.append(day)
            day += DAY
    return chosen, rest


def _rows(days: Sequence[date], span: Span, zone: tzinfo) -> QuerySet[CompletionFigures]:
    """Those of these days, by as few conditions as there are runs of days."""
    runs: list[list[date]] = []
    for day in days:
        if runs and runs[-1][1] + DAY == day:
            runs[-1][1] = day
        else:
            runs.append([day, day])
    when = Q()
    for first, last in runs:
        when |= Q(asked__gte=begin_of(first, zone), asked__lt=begin_of(last + DAY, zone))
    rows = counted().filter(when)
    if span.model:
        rows = rows.filter(model=span.model)
    if span.group is not None:
        members = User.groups.through.objects.filter(group_id=span.group).values("user_id")
        rows = rows.filter(owner__in=members)
    return rows


def _counts(said: Any, model: str) -> DayCounts:
    name = f"={model}" if model else ""
    return DayCounts(**said[name]) if name in said else DayCounts({}, 0)
