"""Sums say what the rows say, whatever became of these; and only what is over is summed."""

import random
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from fakes.reviewed import make_figures

from chat.digest.days import days_from, month_of
from chat.digest.summing import note_all, stale_days, sum_all, sum_one
from chat.digest.sums import ModelSums, rounded
from chat.models import CompletionFigures, CompletionSums, StaleSums


def asked(owner: User, days_ago: int) -> CompletionFigures:
    return make_figures(owner, timezone.now() - timedelta(days=days_ago))


def replies(days_ago: int) -> int:
    day = timezone.localdate() - timedelta(days=days_ago)
    row = CompletionSums.objects.get(begin=day, end=day)
    return int(sum(row.sums["demo"]["ends"].values())) if row.sums else 0


def is_stale(days_ago: int) -> bool:
    day = timezone.localdate() - timedelta(days=days_ago)
    return bool(stale_days(day, day, timezone.get_current_timezone()))


def test_numbers_are_at_most_five_percent_from_what_they_are_rounded_to() -> None:
    numbers = [*range(2000), *(random.Random(1).randrange(2**31) for _ in range(2000))]
    assert all(abs(rounded(number) - number) <= number * 0.05 for number in numbers)
    numbers.sort()
    assert [rounded(number) for number in numbers] == sorted(rounded(number) for number in numbers)
    assert len({rounded(number) for number in range(1_000_000)}) < 500


def test_sums_are_the_same_after_having_been_kept() -> None:
    one = ModelSums()
    one.ends.update(complete=2, failed=1)
    one.causes["failed", "timeout"] = 1
    one.first_ms[650] = one.speed[120] = 2
    one.use(7, 3, 40, 20)
    one.liked = 1
    assert ModelSums.of_json(one.as_json()) == one
    more = ModelSums.of_json(one.as_json())
    more.add(one)
    assert (more.ends.total(), more.owners[7], more.liked) == (6, [6, 80, 40], 2)


def test_today_is_not_summed_before_it_is_over(alice: User) -> None:
    asked(alice, 0)
    asked(alice, 1)
    while sum_one():
        pass
    assert replies(1) == 1
    assert not CompletionSums.objects.filter(end__gte=timezone.localdate()).exists()
    assert StaleSums.objects.exists(), "it will be"


@pytest.mark.parametrize("change", ["made", "changed", "removed", "cascade", "other day"])
def test_whatever_is_done_to_figures_is_noted_and_its_day_summed_anew(alice: User, change: str) -> None:
    row = asked(alice, 3)
    sum_all()
    assert not is_stale(3)
    left = 1
    match change:
        case "made":
            asked(alice, 3)
            left = 2
        case "changed":
            CompletionFigures.objects.update(status="failed")
        case "removed":
            CompletionFigures.objects.all().delete()
            left = 0
        case "cascade":
            alice.delete()
            left = 0
        case "other day":
            CompletionFigures.objects.update(asked=row.asked - timedelta(days=1))
            assert is_stale(4)
            left = 0
    assert is_stale(3)
    while sum_one():
        pass
    assert not is_stale(3)
    assert replies(3) == left


def test_a_month_is_summed_when_it_is_over_and_follows_its_days(alice: User) -> None:
    first, last = month_of(timezone.localdate().replace(day=1) - timedelta(days=40))
    days_ago = [(timezone.localdate() - day).days for day in days_from(first, last)]
    asked(alice, days_ago[0])
    row = asked(alice, days_ago[-1])
    sum_all()
    months = CompletionSums.objects.filter(begin=first, end=last)
    assert months.get().sums["demo"]["ends"] == {"complete": 2}
    row.delete()
    while sum_one():
        pass
    assert months.get().sums["demo"]["ends"] == {"complete": 1}


def test_the_days_of_another_time_zone_are_summed_anew(alice: User) -> None:
    asked(alice, 3)
    sum_all()
    CompletionSums.objects.update(zone="Asia/Kathmandu")
    while sum_one():
        pass
    assert set(CompletionSums.objects.values_list("zone", flat=True)) == {"UTC"}
    assert replies(3) == 1


def test_all_days_can_be_noted(alice: User) -> None:
    asked(alice, 9)
    asked(alice, 2)
    sum_all()
    assert not any(is_stale(ago) for ago in range(2, 10))
    note_all()
    assert all(is_stale(ago) for ago in range(2, 10))
