"""Geometry of charts: bars stand on each other, stay within the picture, and have round scales."""

from itertools import pairwise

import pytest

from chat.review.charts import HEIGHT, LABELS, LEFT, TOP, WIDTH, columns, scale, share
from chat.review.percentiles import percentile


@pytest.mark.parametrize("days", [1, 7, 30, 90, 366])
def test_all_bars_stay_within_the_picture_and_do_not_overlap(days: int) -> None:
    chart = columns([{"a": number % 5, "b": 3} for number in range(days)], ["a", "b"])
    assert len({bar.column for bar in chart.bars}) == days
    for bar in chart.bars:
        assert bar.x >= LEFT
        assert bar.x + bar.width <= WIDTH + 0.01
        assert bar.y >= TOP - 0.01
        assert bar.y + bar.height <= chart.base + 0.01
        assert bar.height > 0
    lefts = sorted({(bar.x, bar.width) for bar in chart.bars})
    assert all(x + width <= after + 0.011 for (x, width), (after, _) in pairwise(lefts))
    assert len(chart.labels) <= LABELS + 1
    assert chart.labels[-1].column == days - 1


def test_parts_stand_on_each_other_in_order() -> None:
    lower, upper = columns([{"b": 1, "a": 3}], ["a", "b"]).bars
    assert (lower.series, upper.series) == ("a", "b")
    assert upper.y + upper.height == pytest.approx(lower.y, abs=0.02)
    assert lower.height == pytest.approx(3 * upper.height, abs=0.05)


def test_of_nothing_there_is_an_empty_picture() -> None:
    chart = columns([{}, {}], ["a"])
    assert chart.bars == []
    assert chart.height == HEIGHT
    assert columns([], ["a"]).labels == []


@pytest.mark.parametrize("largest", [0, 1, 3, 4, 5, 7, 19, 99, 101, 5000, 123_456, 10**9])
def test_a_scale_has_few_round_numbers_and_room_for_all(largest: int) -> None:
    ticks = scale(largest)
    assert ticks[0] == 0
    assert ticks[-1] >= largest
    assert 2 <= len(ticks) <= 6
    assert len({after - before for before, after in pairwise(ticks)}) == 1


def test_what_is_there_at_all_can_be_seen() -> None:
    assert share(1, 10**6) == 0.5
    assert share(0, 10) == share(None, 10) == share(5, 0) == 0.0
    assert share(5, 10) == 50.0


@pytest.mark.parametrize(
    ("values", "share_of", "found"),
    [([], 0.5, None), ([7], 0.95, 7), ([1, 2], 0.5, 1), ([1, 2, 3], 0.5, 2), (list(range(1, 101)), 0.95, 95)],
)
def test_a_percentile_is_the_smallest_value_that_so_many_are_not_above(
    values: list[int], share_of: float, found: int | None
) -> None:
    assert percentile({value: values.count(value) for value in values}, share_of) == found
