"""Requests a minute and open sockets: counted per user, forgotten in time, lifted by 0."""

import pytest
from pytest_django import Settings

from chat.errors import TooMany
from chat.limits.requests import Allowance, RequestLimit
from chat.limits.sockets import SocketLimit

ALICE, BOB = 1, 2


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limit(clock: Clock, settings: Settings) -> RequestLimit:
    settings.CHAT_REQUESTS_PER_MINUTE = 2
    return RequestLimit(clock)


def test_the_request_over_the_limit_is_told_when_to_come_back(limit: RequestLimit, clock: Clock) -> None:
    limit.take(ALICE)
    clock.now += 20
    limit.take(ALICE)
    with pytest.raises(TooMany) as refusal:
        limit.take(ALICE)
    assert refusal.value.retry_after == 40


def test_users_do_not_count_for_each_other(limit: RequestLimit) -> None:
    limit.take(ALICE)
    limit.take(ALICE)
    limit.take(BOB)
    assert limit.allowance(BOB) == Allowance(2, 1, 60.0)


def test_after_a_minute_all_is_there_again(limit: RequestLimit, clock: Clock) -> None:
    limit.take(ALICE)
    limit.take(ALICE)
    clock.now += 60
    assert limit.allowance(ALICE) == Allowance(2, 2, 0.0)
    limit.take(ALICE)


def test_what_is_given_back_can_be_taken_again(limit: RequestLimit) -> None:
    limit.take(ALICE)
    limit.give_back(ALICE)
    limit.give_back(ALICE)
    assert limit.allowance(ALICE) == Allowance(2, 2, 60.0)


def test_ended_windows_take_no_memory(limit: RequestLimit, clock: Clock) -> None:
    for user in range(50):
        limit.take(user)
        clock.now += 2
    assert len(limit) == 30


def test_headers_are_whole_numbers() -> None:
    assert Allowance(120, 3, 12.2).headers() == {
        "X-RateLimit-Limit": "120",
        "X-RateLimit-Remaining": "3",
        "X-RateLimit-Reset": "13",
    }


def test_zero_lifts_the_limits(settings: Settings) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE = settings.CHAT_MAX_SOCKETS_PER_USER = 0
    requests, sockets = RequestLimit(), SocketLimit()
    for _ in range(500):
        requests.take(ALICE)
        sockets.enter(ALICE)
    assert requests.allowance(ALICE) is None


def test_sockets_are_counted_while_open(settings: Settings) -> None:
    settings.CHAT_MAX_SOCKETS_PER_USER = 1
    sockets = SocketLimit()
    sockets.enter(ALICE)
    sockets.enter(BOB)
    with pytest.raises(TooMany):
        sockets.enter(ALICE)
    sockets.leave(ALICE)
    sockets.enter(ALICE)
