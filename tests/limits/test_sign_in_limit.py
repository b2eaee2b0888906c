"""Wrong passwords: counted per username and per address, before they are checked; success takes it back."""

import pytest

from chat.errors import TooMany
from chat.limits.sign_ins import FAILURES_PER_ADDRESS, FAILURES_PER_USERNAME, SignInLimit

HERE, THERE = "192.0.2.1", "192.0.2.2"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limit(clock: Clock) -> SignInLimit:
    return SignInLimit(clock)


def test_a_username_is_guessed_at_ten_times_wherever_from(limit: SignInLimit, clock: Clock) -> None:
    for number in range(FAILURES_PER_USERNAME):
        limit.take(f"192.0.2.{number}", "alice")
    clock.now += 100
    with pytest.raises(TooMany) as refusal:
        limit.take("198.51.100.1", "alice")
    assert refusal.value.retry_after == 200
    limit.take("198.51.100.1", "bob")


def test_an_address_guesses_thirty_times_whatever_the_usernames(limit: SignInLimit) -> None:
    for number in range(FAILURES_PER_ADDRESS):
        limit.take(HERE, f"user{number}")
    with pytest.raises(TooMany):
        limit.take(HERE, "alice")
    limit.take(THERE, "alice")


def test_what_was_refused_counts_for_nobody(limit: SignInLimit) -> None:
    for _ in range(FAILURES_PER_ADDRESS):
        limit.take(HERE)
    for _ in range(FAILURES_PER_USERNAME):
        with pytest.raises(TooMany):
            limit.take(HERE, "alice")
    limit.take(THERE, "alice")


def test_after_five_minutes_all_is_there_again_and_nothing_is_kept(limit: SignInLimit, clock: Clock) -> None:
    for _ in range(FAILURES_PER_USERNAME):
        limit.take(HERE, "alice")
    clock.now += 300
    limit.take(THERE, "alice")
    assert len(limit) == 2


def test_success_clears_the_username_and_counts_for_no_address(limit: SignInLimit) -> None:
    for _ in range(FAILURES_PER_USERNAME - 1):
        limit.take(HERE, "alice")
    for _ in range(FAILURES_PER_ADDRESS):
        limit.take(HERE, "alice")
        limit.succeeded(HERE, "alice")


def test_a_success_does_not_clear_the_address(limit: SignInLimit) -> None:
    for number in range(FAILURES_PER_ADDRESS):
        if number % 5 == 0:
            limit.take(HERE, "mallory")
            limit.succeeded(HERE, "mallory")
        limit.take(HERE, f"user{number}")
    with pytest.raises(TooMany):
        limit.take(HERE, "mallory")


def test_a_household_has_one_count_for_all_its_ipv6_addresses(limit: SignInLimit) -> None:
    for number in range(FAILURES_PER_ADDRESS):
        limit.take(f"2001:db8:1:2::{number:x}")
    with pytest.raises(TooMany):
        limit.take("2001:db8:1:2:ffff::1")
    limit.take("2001:db8:1:3::1")


def test_ipv4_is_the_same_in_the_clothes_of_ipv6(limit: SignInLimit) -> None:
    for _ in range(FAILURES_PER_ADDRESS):
        limit.take(f"::ffff:{HERE}")
    with pytest.raises(TooMany):
        limit.take(HERE)
    limit.take(f"::ffff:{THERE}")


def test_no_address_is_not_one_that_all_share(limit: SignInLimit) -> None:
    for number in range(FAILURES_PER_ADDRESS + 1):
        limit.take("", f"user{number}")
