"""The dashboard's figures: what is counted, on which day, at which price.

The same on both databases, and from rows as from sums.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.utils import timezone
from fakes.reviewed import make_figures
from pytest_django import DjangoAssertNumQueries, Settings

from chat.digest.summing import sum_all
from chat.models import CompletionFigures, CompletionSums, Price
from chat.review import figures as reviewed
from chat.review.figures import Figures, figures_of
from chat.review.spans import Span
from chat.review.spending import EXEMPT, Usage

DAY = date(2026, 11, 20)
SPAN = Span(DAY - timedelta(days=2), DAY)


def count(owner: User, asked: datetime | None = None, **fields: Any) -> CompletionFigures:
    return make_figures(owner, asked or datetime(2026, 11, 20, 12, tzinfo=UTC), **fields)


def gather(span: Span) -> Figures:
    """From the rows, and the same from sums."""
    CompletionSums.objects.all().delete()
    found = reviewed.gather(span)
    sum_all()
    assert reviewed.gather(span) == found
    return found


def usage(usages: list[Usage], name: str) -> Usage:
    (found,) = (each for each in usages if each.name == name)
    return found


def test_replies_are_counted_by_day_and_status_and_days_without_any_are_there(alice: User, bob: User) -> None:
    count(alice)
    count(alice, status="failed", error_code="timeout")
    count(bob, datetime(2026, 11, 18, 0, 0, tzinfo=UTC))
    count(bob, datetime(2026, 11, 17, 23, 59, tzinfo=UTC))
    count(bob, datetime(2026, 11, 21, 0, 0, tzinfo=UTC))
    days = gather(SPAN).days
    assert [(day.day.day, day.ends, day.active) for day in days] == [
        (18, {"complete": 1}, 1),
        (19, {}, 0),
        (20, {"complete": 1, "failed": 1}, 1),
    ]


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Asia/Shanghai", datetime(2026, 11, 19, 15, 59, tzinfo=UTC), 19),
        ("Asia/Shanghai", datetime(2026, 11, 19, 16, 0, tzinfo=UTC), 20),
        ("America/New_York", datetime(2026, 11, 20, 4, 59, tzinfo=UTC), 19),
        ("Asia/Kathmandu", datetime(2026, 11, 19, 18, 15, tzinfo=UTC), 20),
    ],
)
def test_days_begin_at_midnight_of_the_sites_time_zone(
    alice: User, zone: str, moment: datetime, day: int
) -> None:
    count(alice, moment)
    with timezone.override(zone):
        figures = gather(SPAN)
    assert figures.zone == zone
    assert [each.day.day for each in figures.days if each.ends] == [day]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), 24),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), 25),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), 25),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), 26),
    ],
)
def test_days_are_right_around_the_end_of_summer_time(alice: User, moment: datetime, day: int) -> None:
    count(alice, moment)
    with timezone.override("Europe/Berlin"):
        days = gather(Span(date(2026, 10, 20), date(2026, 10, 30))).days
    assert [each.day.day for each in days if each.ends] == [day]


def test_percentiles_are_values_that_were_measured_to_two_digits(alice: User) -> None:
    for first in (90, 1234, 9951):
        count(alice, first_token_ms=first, model="odd")
    (speed,) = gather(SPAN).speeds
    assert (speed.first_p50, speed.first_p95) == (1200, 10_000)


def test_percentiles_are_the_smallest_that_so_many_are_within(alice: User) -> None:
    for number in range(1, 21):
        count(alice, first_token_ms=number * 100, stream_ms=1000, completion_tokens=number)
    (speed,) = gather(SPAN).speeds
    assert (speed.replies, speed.first_p50, speed.first_p95) == (20, 1000, 1900)
    assert (speed.speed_p50, speed.speed_p95) == (10.0, 19.0)


def test_what_was_not_measured_has_no_percentile(alice: User) -> None:
    count(alice, first_token_ms=70, stream_ms=0, completion_tokens=5)
    count(alice, status="failed")
    (speed,) = gather(SPAN).speeds
    assert (speed.replies, speed.first_p50, speed.speed_p50) == (1, 70, None)


def price(model: str, since: date, prompt: str, completion: str, currency: str = "USD") -> None:
    Price.objects.create(
        model=model,
        since=since,
        prompt=Decimal(prompt),
        completion=Decimal(completion),
        currency=currency,
    )


def test_tokens_cost_what_was_the_price_on_that_day(alice: User, bob: User) -> None:
    price("demo", date(2026, 1, 1), "1", "10")
    price("demo", DAY, "2", "20")
    price("demo", DAY + timedelta(days=1), "99", "99")
    tokens: dict[str, Any] = {"prompt_tokens": 1_000_000, "completion_tokens": 500_000}
    count(alice, **tokens)
    count(alice, datetime(2026, 11, 19, 23, 59, tzinfo=UTC), **tokens)
    count(bob, datetime(2026, 11, 18, 12, tzinfo=UTC), **tokens)
    figures = gather(SPAN)
    assert usage(figures.users, "alice").cost == {"USD": Decimal(12 + 6)}
    assert usage(figures.users, "bob").cost == {"USD": Decimal(6)}
    assert usage(figures.models, "demo").cost == figures.cost == {"USD": Decimal(24)}
    assert usage(figures.models, "demo").unpriced == 0


def test_currencies_are_never_added_up(alice: User) -> None:
    price("demo", date(2026, 1, 1), "1", "0")
    price("other", date(2026, 1, 1), "3", "0", "EUR")
    count(alice, prompt_tokens=1_000_000)
    count(alice, prompt_tokens=1_000_000, model="other")
    assert gather(SPAN).cost == {"EUR": Decimal(3), "USD": Decimal(1)}


def test_what_has_no_price_is_counted_as_such(alice: User) -> None:
    price("demo", DAY, "1", "1")
    count(alice, prompt_tokens=10)
    count(alice, datetime(2026, 11, 19, 12, tzinfo=UTC), prompt_tokens=10)
    count(alice, model="free", prompt_tokens=10)
    figures = gather(SPAN)
    assert usage(figures.models, "demo").unpriced == 1
    assert usage(figures.models, "free").unpriced == 1
    assert usage(figures.models, "free").cost == {}


def test_who_is_in_two_groups_counts_in_each_and_who_is_in_none_is_told(alice: User, bob: User) -> None:
    one, two = (Group.objects.create(name=name) for name in ("One", "Two"))
    alice.groups.set([one, two])
    count(alice, prompt_tokens=5)
    count(bob, prompt_tokens=3)
    figures = gather(SPAN)
    assert {(each.name, each.tokens) for each in figures.groups} == {("One", 5), ("Two", 5), ("", 3)}
    (only,) = gather(Span(SPAN.start, SPAN.end, group=one.pk)).users
    assert only.name == "alice"


def test_one_model_alone(alice: User) -> None:
    count(alice)
    count(alice, model="other")
    figures = gather(Span(SPAN.start, SPAN.end, model="other"))
    assert figures.replies == 1
    assert [each.name for each in figures.models] == ["other"]


def test_stops_aborts_and_failures_have_their_causes(alice: User) -> None:
    count(alice)
    count(alice, status="stopped")
    count(alice, status="interrupted", cut_off="left")
    for _ in range(2):
        count(alice, status="failed", error_code="rate_limit")
    found = [(cause.status, cause.code, cause.replies) for cause in gather(SPAN).causes]
    assert found == [("failed", "rate_limit", 2), ("interrupted", "left", 1), ("stopped", "", 1)]


def test_feedback_is_counted_by_model(alice: User) -> None:
    for rating, model in ((1, "demo"), (-1, "demo"), (1, "other"), (None, "other")):
        count(alice, model=model, rating=rating)
    count(alice)
    found = [(each.model, each.liked, each.disliked) for each in gather(SPAN).rated]
    assert found == [("demo", 1, 1), ("other", 1, 0)]


def test_imported_replies_do_not_count(alice: User) -> None:
    count(alice, source="import", prompt_tokens=9)
    assert gather(SPAN).replies == 0


def test_users_who_are_not_reviewed_are_not_named(alice: User, bob: User, settings: Settings) -> None:
    settings.CHAT_REVIEW_EXEMPT_GROUPS = ["Works council"]
    alice.groups.add(Group.objects.create(name="Works council"))
    count(alice, prompt_tokens=5)
    count(bob, prompt_tokens=3)
    assert [(each.key, each.name) for each in gather(SPAN).users] == [(EXEMPT, ""), (bob.pk, "bob")]


def test_the_number_of_queries_does_not_grow(
    alice: User, bob: User, django_assert_max_num_queries: DjangoAssertNumQueries, settings: Settings
) -> None:
    settings.CHAT_REVIEW_EXEMPT_GROUPS = ["Works council"]
    for number in range(4):
        for owner in (alice, bob):
            count(owner, model=f"m{number}", first_token_ms=5, stream_ms=5, completion_tokens=number)
    with django_assert_max_num_queries(9):
        reviewed.gather(SPAN)
    sum_all()
    with django_assert_max_num_queries(9):
        reviewed.gather(SPAN)


def test_the_same_figures_are_kept_for_a_minute(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cache.clear()
    count(alice)
    assert figures_of(SPAN).replies == 1
    with django_assert_num_queries(0):
        assert figures_of(SPAN).replies == 1
    assert figures_of(Span(SPAN.start, SPAN.end, model="other")).replies == 0
    cache.clear()
