"""Adds the figures of completions up, by days that are over and by months: a year is some rows to read.

A day's sums are made anew as a whole, from its rows; nothing is ever added to them. A mark
(`chat.digest.triggers`) says that a day is not what was summed: until the next round who reads takes its
rows instead. A month's sums hold while no day of it has a mark.
"""

from collections import defaultdict
from datetime import date, tzinfo
from typing import Any

from django.db import transaction
from django.db.models import CharField, DateTimeField, Max, Min, QuerySet
from django.utils import timezone

from chat.digest.days import DAY, begin_of, day_of, days_from, month_of
from chat.digest.sums import ModelSums, Sums, add, as_json, counts_of, of_json, rounded
from chat.digest.turns import is_ours
from chat.models import CompletionFigures, CompletionSums, StaleSums
from chat.statements import Param, Select

AT_ONCE = 2000
TENTHS = 10
"""Speeds are whole numbers: tenths of a token a second."""
_READ = (
    *("asked", "model", "owner_id", "status", "cut_off", "error_code"),
    *("prompt_tokens", "completion_tokens", "first_token_ms", "stream_ms", "rating"),
)

_any_stale = Select(
    lambda: (
        StaleSums.objects.filter(asked__lt=Param("today", DateTimeField())).order_by().values_list("id")[:1]
    )
)
_any_elsewhere = Select(
    lambda: CompletionSums.objects.exclude(zone=Param("zone", CharField())).order_by().values_list("id")[:1]
)


def counted() -> QuerySet[CompletionFigures]:
    """What was imported is not: this site paid nothing for it."""
    return CompletionFigures.objects.exclude(source="import").order_by()


def add_up(rows: QuerySet[CompletionFigures], zone: tzinfo) -> dict[date, Sums]:
    """By day, in one pass."""
    found: dict[date, Sums] = defaultdict(dict)
    for row in rows.values_list(*_READ).iterator(chunk_size=AT_ONCE):
        asked, model, *figures = row
        sums = found[day_of(asked, zone)]
        one = sums.get(model)
        if one is None:
            one = sums[model] = ModelSums()
        _add(one, *figures)
    return found


def _add(
    one: ModelSums,
    owner: int,
    status: str,
    cut_off: str,
    error_code: str,
    read: int,
    written: int,
    first_ms: int | None,
    stream_ms: int | None,
    rating: int | None,
) -> None:
    one.ends[status] += 1
    one.use(owner, 1, read, written)
    if status in ("stopped", "interrupted", "failed"):
        one.causes[status, error_code if status == "failed" else cut_off] += 1
    if first_ms is not None:
        one.first_ms[rounded(first_ms)] += 1
    if stream_ms and written:
        one.speed[rounded(written * 1000 * TENTHS // stream_ms)] += 1
    if rating:
        one.liked += rating > 0
        one.disliked += rating < 0


def stale_days(first: date, last: date, zone: tzinfo) -> set[date]:
    """Those of them that are over, and not what was summed."""
    until = min(begin_of(last + DAY, zone), begin_of(day_of(timezone.now(), zone), zone))
    marks = StaleSums.objects.filter(asked__gte=begin_of(first, zone), asked__lt=until)
    return {day_of(asked, zone) for asked in marks.values_list("asked", flat=True)}


def sum_one() -> bool:
    """Make the sums of one day anew, the latest first, and of its month, once that is whole; was there any?

    A day of a site with thousands of replies takes some 50 ms, in which on SQLite nobody else writes.
    """
    zone = timezone.get_default_timezone()
    today = begin_of(day_of(timezone.now(), zone), zone)
    if not _any_stale.rows(today=today) and not _any_elsewhere.rows(zone=str(zone)):
        return False
    marks = StaleSums.objects.filter(asked__lt=today)
    others = CompletionSums.objects.exclude(zone=str(zone))
    with transaction.atomic():
        if not is_ours():
            return False
        if others.exists():  # the site moved: its days are other ones
            note_all()
            others.delete()
        latest = marks.order_by("-asked").values_list("asked", flat=True).first()
        if latest is None:
            return False
        _sum_day(day_of(latest, zone), zone)
    return True


def sum_all() -> None:
    """All of it anew."""
    note_all()
    while sum_one():
        pass


def note_all() -> None:
    """A mark for each day on which anything was asked, or may have been."""
    zone = timezone.get_default_timezone()
    asked: dict[str, Any] = CompletionFigures.objects.aggregate(first=Min("asked"), last=Max("asked"))
    days = set(CompletionSums.objects.values_list("begin", flat=True))
    if asked["first"] is not None:
        days.update(days_from(day_of(asked["first"], zone), day_of(asked["last"], zone)))
    StaleSums.objects.bulk_create(StaleSums(asked=begin_of(day, zone)) for day in sorted(days))


def _sum_day(day: date, zone: tzinfo) -> None:
    begin, end = begin_of(day, zone), begin_of(day + DAY, zone)
    # Before anything is read: what changes from now on brings a mark of its own.
    StaleSums.objects.filter(asked__gte=begin, asked__lt=end).delete()
    sums = add_up(counted().filter(asked__gte=begin, asked__lt=end), zone).get(day, {})
    # By the name of the model behind "=", since none may be a name, too; of all together by "".
    counts = {
        name: {"ends": each.ends, "active": each.active}
        for name, each in (
            ("", counts_of(sums)),
            *((f"={model}", counts_of({model: one})) for model, one in sums.items()),
        )
    }
    _put(day, day, zone, counts=counts, sums=as_json(sums))
    first, last = month_of(day)
    _sum_month(first, last, zone)
    before = month_of(first - DAY)
    # It may not have been over when the last of its days was summed.
    if not CompletionSums.objects.filter(begin=before[0], end=before[1]).exists():
        _sum_month(*before, zone)


def _sum_month(first: date, last: date, zone: tzinfo) -> None:
    """Where it is over, and all its days are summed."""
    if last >= day_of(timezone.now(), zone) or stale_days(first, last, zone):
        return
    whole: Sums = {}
    days = CompletionSums.objects.filter(begin__gte=first, end__lte=last).exclude(begin=first, end=last)
    for said in days.values_list("sums", flat=True):
        add(whole, of_json(said))
    _put(first, last, zone, counts={}, sums=as_json(whole))


def _put(begin: date, end: date, zone: tzinfo, **said: Any) -> None:
    CompletionSums.objects.update_or_create(begin=begin, end=end, defaults={"zone": str(zone), **said})
