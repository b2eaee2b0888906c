"""What the dashboard shows: figures only, no text, no titles.

A constant number of queries, whatever the number of replies, users and models. All replies count, also those
of conversations that nobody may review; imported ones do not, for which this site paid nothing. Where the
figures come from is `summed`'s, what tokens cost, and whose they are, `spending`'s.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Final

from django.core.cache import cache
from django.utils import timezone

from chat.digest.costs import Money, added, read_prices
from chat.digest.summing import TENTHS
from chat.digest.sums import DayCounts, ModelSums, Sums, add
from chat.review.percentiles import percentile
from chat.review.spans import Span
from chat.review.spending import Usage, by_group, by_model, by_user, spent_of
from chat.review.summed import read_summed

ENDS: Final = ("complete", "stopped", "interrupted", "failed", "streaming")
"""In the order in which a day's bar is stacked."""
KEPT_SECONDS: Final = 60


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
    """Milliseconds to the first token, tokens a second after it; percentiles to two digits."""

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
    """All of it. Nine queries at most."""
    zone = timezone.get_current_timezone()
    prices = read_prices()
    # By the time between two changes of prices, of which few spans have any.
    begins = [span.start, *prices.changes(span.start, span.end)]
    summed = read_summed(span, begins, zone)
    spent = spent_of(zip(begins, summed.pieces, strict=True), prices)
    whole: Sums = {}
    for piece in summed.pieces:
        add(whole, piece)
    return Figures(
        span=span,
        zone=timezone.get_current_timezone_name(),
        days=[_day(day, summed.days.get(day)) for day in span.days()],
        users=by_user(spent),
        groups=by_group(spent),
        models=by_model(spent),
        speeds=[_speed(model, sums) for model, sums in sorted(whole.items()) if sums.first_ms],
        causes=_causes(whole),
        rated=[
            Rated(model, sums.liked, sums.disliked)
            for model, sums in sorted(whole.items())
            if sums.liked or sums.disliked
        ],
        active=len({usage.owner for usage in spent}),
    )


def _day(day: date, counts: DayCounts | None) -> Day:
    return Day(day) if counts is None else Day(day, counts.ends, counts.active)


def _speed(model: str, sums: ModelSums) -> Speed:
    return Speed(
        model,
        sums.first_ms.total(),
        percentile(sums.first_ms, 0.5),
        percentile(sums.first_ms, 0.95),
        _tokens(percentile(sums.speed, 0.5)),
        _tokens(percentile(sums.speed, 0.95)),
    )


def _tokens(tenths: int | None) -> float | None:
    return None if tenths is None else tenths / TENTHS


def _causes(whole: Sums) -> list[Cause]:
    """Why replies ended otherwise than by themselves, the most frequent cause first."""
    counts: Counter[tuple[str, str]] = Counter()
    for sums in whole.values():
        counts.update(sums.causes)
    causes = [Cause(status, why, count) for (status, why), count in counts.items()]
    return sorted(causes, key=lambda cause: (-cause.replies, cause.status, cause.code))
