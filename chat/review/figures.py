"""What the dashboard shows, added up from the narrow rows of completions: figures only, no text, no titles.

A constant number of queries, whatever the number of replies, users and models. All replies count, also those
of conversations that nobody may review; imported ones do not, for which this site paid nothing. What tokens
cost, and whose they are, is `spending`'s.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone

from chat.models import CompletionFigures, Feedback
from chat.review.costs import Money, added, read_prices
from chat.review.days import asked_on
from chat.review.percentiles import percentile
from chat.review.spans import Span, begin_of
from chat.review.spending import Usage, by_group, by_model, by_user, read_spent

ENDS: Final = ("complete", "stopped", "interrupted", "failed", "streaming")
"""In the order in which a day's bar is stacked."""
KEPT_SECONDS: Final = 60
TENTHS: Final = 10
"""Speeds are counted in tenths of a token a second."""


@dataclass(slots=True)
class Day:
    day: date
    ends: dict[str, int] = field(default_factory=dict)
    active: int = 0

    @property
    def replies(self) -> int:
        return sum(self.ends.values())


@dataclass(frozen=True, slots=True)
class Speed:
    """Milliseconds to the first token, tokens a second after it."""

    model: str
    replies: int
    first_p50: int | None
    first_p95: int | None
    speed_p50: float | None
    speed_p95: float | None


@dataclass(frozen=True, slots=True)
class Cause:
    status: str
    code: str
    """An error's code, or why it was interrupted: `left`, `drain`, `crash`."""
    replies: int


@dataclass(frozen=True, slots=True)
class Rated:
    model: str
    liked: int
    disliked: int


@dataclass(frozen=True, slots=True)
class Figures:
    span: Span
    zone: str
    days: list[Day]
    users: list[Usage]
    groups: list[Usage]
    models: list[Usage]
    speeds: list[Speed]
    causes: list[Cause]
    rated: list[Rated]
    active: int

    @property
    def replies(self) -> int:
        return sum(day.replies for day in self.days)

    @property
    def cost(self) -> Money:
        return added(model.cost for model in self.models)


def figures_of(span: Span) -> Figures:
    """The same as a minute ago, where somebody asked for it then."""
    key = f"figures:{span.start}:{span.end}:{span.group}:{span.model}:{timezone.get_current_timezone_name()}"
    kept: Figures | None = cache.get(sha256(key.encode()).hexdigest())
    if kept is None:
        kept = gather(span)
        cache.set(sha256(key.encode()).hexdigest(), kept, KEPT_SECONDS)
    return kept


def gather(span: Span) -> Figures:
    """All of it. Eleven queries at most."""
    zone = timezone.get_current_timezone()
    moments = {
        "asked__gte": begin_of(span.start, zone),
        "asked__lt": begin_of(span.end + timedelta(days=1), zone),
    }
    rows = CompletionFigures.objects.filter(**moments).exclude(source="import").order_by()
    if span.model:
        rows = rows.filter(model=span.model)
    if span.group is not None:
        rows = rows.filter(owner__in=_members(span.group))
    spent = read_spent(rows, span, read_prices())
    return Figures(
        span=span,
        zone=timezone.get_current_timezone_name(),
        days=_days(rows, span),
        users=by_user(spent),
        groups=by_group(spent),
        models=by_model(spent),
        speeds=_speeds(rows),
        causes=_causes(rows),
        rated=_rated(rows),
        active=len({usage.owner for usage in spent}),
    )


def _members(group: int) -> QuerySet[Any]:
    return User.groups.through.objects.filter(group_id=group).values("user_id")


def _days(rows: QuerySet[CompletionFigures], span: Span) -> list[Day]:
    counts: dict[str, Any] = {status: Count("pk", filter=Q(status=status)) for status in ENDS}
    found: Any = (
        rows.annotate(day=asked_on(span, timezone.get_current_timezone()))
        .values("day")
        .annotate(active=Count("owner", distinct=True), **counts)
    )
    days = {day: Day(day) for day in span.days()}
    for row in found:
        if row["day"] in days:
            ends = {status: row[status] for status in ENDS if row[status]}
            days[row["day"]] = Day(row["day"], ends, row["active"])
    return list(days.values())


def _speeds(rows: QuerySet[CompletionFigures]) -> list[Speed]:
    """By histograms: exact, since what is stored are whole milliseconds."""
    first, speed = (
        _histograms(rows.exclude(first_token_ms=None), F("first_token_ms")),
        _histograms(
            rows.filter(stream_ms__gt=0, completion_tokens__gt=0),
            F("completion_tokens") * (1000 * TENTHS) / F("stream_ms"),
        ),
    )
    return [
        Speed(
            model,
            sum(counts.values()),
            percentile(counts, 0.5),
            percentile(counts, 0.95),
            _tokens(percentile(speed.get(model, {}), 0.5)),
            _tokens(percentile(speed.get(model, {}), 0.95)),
        )
        for model, counts in sorted(first.items())
    ]


def _histograms(rows: QuerySet[CompletionFigures], value: Any) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    # Not the column as it is: SQLite would go through its index, and look up each row one by one.
    named = Concat("model", Value(""))
    counted = rows.annotate(named=named, value=value).values_list("named", "value").annotate(Count("pk"))
    for model, number, count in counted:
        found.setdefault(model, {})[int(number)] = count
    return found


def _tokens(tenths: int | None) -> float | None:
    return None if tenths is None else tenths / TENTHS


def _causes(rows: QuerySet[CompletionFigures]) -> list[Cause]:
    """Why replies ended otherwise than by themselves, the most frequent cause first."""
    ended = rows.filter(status__in=("stopped", "interrupted", "failed"))
    counted = ended.values_list("status", "cut_off", "error_code").annotate(Count("pk"))
    sums: dict[tuple[str, str], int] = {}
    for status, cut_off, code, count in counted:
        why = code if status == "failed" else cut_off
        sums[status, why] = sums.get((status, why), 0) + count
    causes = [Cause(status, why, count) for (status, why), count in sums.items()]
    return sorted(causes, key=lambda cause: (-cause.replies, cause.status, cause.code))


def _rated(rows: QuerySet[CompletionFigures]) -> list[Rated]:
    """By the model of the call that wrote last into what was rated."""
    calls = rows.filter(completion__message__completion=F("completion"))
    rated = Feedback.objects.exclude(rating=None).values("message")
    counted = (
        calls.filter(completion__message__in=rated)
        .values("model")
        .annotate(
            liked=Count("pk", filter=Q(completion__message__feedback__rating=1)),
            disliked=Count("pk", filter=Q(completion__message__feedback__rating=-1)),
        )
    )
    return [Rated(row["model"], row["liked"], row["disliked"]) for row in counted.order_by("model")]
