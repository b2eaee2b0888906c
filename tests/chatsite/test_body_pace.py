"""A body has a minute, and then has to come with 500 bytes a second; it never pauses for a minute."""

import pytest

from chatsite.body_pace import IDLE_SECONDS, LEAST_RATE, Pace


def test_what_never_comes_is_waited_for_a_minute() -> None:
    assert Pace(100.0).deadline == 100.0 + IDLE_SECONDS


def test_a_pause_is_as_long_as_a_minute_however_much_came_before() -> None:
    pace = Pace(0.0)
    pace.came(10.0, 10_000_000)
    assert pace.deadline == 10.0 + IDLE_SECONDS
    pace.came(30.0, 0)
    assert pace.deadline == 10.0 + IDLE_SECONDS


@pytest.mark.parametrize(("rate", "seconds"), [(1, 60), (100, 75), (LEAST_RATE, 10_000)])
def test_a_drip_is_not_waited_for_and_a_slow_line_is(rate: int, seconds: int) -> None:
    pace, now = Pace(0.0), 0.0
    while now < pace.deadline and now < 10_000:
        now += 1
        pace.came(now, rate)
    assert seconds <= now <= seconds + 1
