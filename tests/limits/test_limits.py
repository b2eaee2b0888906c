"""Requests a minute and open sockets: counted per user, forgotten in time, lifted by 0."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from pytest_django import Settings

from chat.errors import TooMany
from chat.limits.places import socket_limit, stream_limit
from chat.limits.requests import RequestLimit
from chat.quota import NOTHING_SAID, Allowance, Quota


@dataclass(frozen=True)
class Who:
    user_id: int
    key_id: UUID | None = None
    address: str | None = None
    quota: Quota = NOTHING_SAID
    key_quota: Quota = NOTHING_SAID


ALICE, BOB = Who(1), Who(2)


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


async def test_the_request_over_the_limit_is_told_when_to_come_back(
    limit: RequestLimit, clock: Clock
) -> None:
    await limit.take(ALICE)
    clock.now += 20
    await limit.take(ALICE)
    with pytest.raises(TooMany) as refusal:
        await limit.take(ALICE)
    assert refusal.value.retry_after == 40


async def test_users_do_not_count_for_each_other(limit: RequestLimit) -> None:
    await limit.take(ALICE)
    await limit.take(ALICE)
    await limit.take(BOB)
    assert limit.allowance(BOB) == Allowance(2, 1, 60.0)


async def test_after_a_minute_all_is_there_again(limit: RequestLimit, clock: Clock) -> None:
    await limit.take(ALICE)
    await limit.take(ALICE)
    clock.now += 60
    assert limit.allowance(ALICE) == Allowance(2, 2, 0.0)
    await limit.take(ALICE)


async def test_what_is_given_back_can_be_taken_again(limit: RequestLimit) -> None:
    await limit.take(ALICE)
    await limit.give_back(ALICE)
    await limit.give_back(ALICE)
    assert limit.allowance(ALICE) == Allowance(2, 2, 60.0)


async def test_ended_windows_take_no_memory(limit: RequestLimit, clock: Clock) -> None:
    for user in range(50):
        await limit.take(Who(user))
        clock.now += 2
    assert len(limit) == 30


async def test_zero_lifts_the_limits(settings: Settings) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE = settings.CHAT_MAX_SOCKETS_PER_USER = 0
    requests, sockets = RequestLimit(), socket_limit()
    for _ in range(500):
        await requests.take(ALICE)
        await sockets.enter(ALICE)
    assert requests.allowance(ALICE) is None


async def test_sockets_are_counted_while_open(settings: Settings) -> None:
    settings.CHAT_MAX_SOCKETS_PER_USER = 1
    sockets = socket_limit()
    place = await sockets.enter(ALICE)
    await sockets.enter(BOB)
    with pytest.raises(TooMany):
        await sockets.enter(ALICE)
    place.leave()
    place.leave()
    await sockets.enter(ALICE)
    with pytest.raises(TooMany):
        await sockets.enter(ALICE)


async def test_a_key_has_only_so_many_sockets_of_its_users(settings: Settings) -> None:
    settings.CHAT_MAX_SOCKETS_PER_USER = 3
    sockets = socket_limit()
    by_key = Who(1, UUID(int=7), key_quota=Quota(sockets=1))
    place = await sockets.enter(by_key)
    with pytest.raises(TooMany, match="This API key has 1 live connections") as refusal:
        await sockets.enter(by_key)
    assert (refusal.value.code, refusal.value.retry_after) == ("too_many_sockets", 1)
    # What was refused took none of the user's: two are left.
    await sockets.enter(Who(1, UUID(int=8)))
    await sockets.enter(ALICE)
    with pytest.raises(TooMany, match="You have 3"):
        await sockets.enter(Who(1, UUID(int=9), key_quota=Quota(sockets=1)))
    place.leave()
    await sockets.enter(by_key)


async def test_an_address_has_only_so_many_sockets_and_replies(settings: Settings) -> None:
    settings.CHAT_MAX_SOCKETS_PER_ADDRESS = settings.CHAT_MAX_STREAMS_PER_ADDRESS = 1
    for limit in (socket_limit(), stream_limit()):
        place = await limit.enter(Who(1, address="2001:db8:0:1::1"))
        with pytest.raises(TooMany, match="Your address has 1") as refusal:
            await limit.enter(Who(2, address="2001:db8:0:1::2"))
        assert refusal.value.retry_after
        await limit.enter(Who(2, address="2001:db8:0:2::1"))
        await limit.enter(Who(2))
        place.leave()
        await limit.enter(Who(2, address="2001:db8:0:1::2"))


async def test_the_strictest_of_user_key_and_address_refuses(clock: Clock, settings: Settings) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE, settings.CHAT_REQUESTS_PER_MINUTE_PER_ADDRESS = 3, 4
    limit = RequestLimit(clock)
    by_key = Who(1, UUID(int=7), "192.0.2.1", key_quota=Quota(requests_per_minute=1))
    await limit.take(by_key)
    assert limit.allowance(by_key) == Allowance(1, 0, 60.0)
    with pytest.raises(TooMany, match="This API key has made 1 requests"):
        await limit.take(by_key)
    # What was refused is counted nowhere: the same user's page has two left.
    page = Who(1, address="192.0.2.1")
    await limit.take(page)
    await limit.take(page)
    with pytest.raises(TooMany, match="You have made 3 requests"):
        await limit.take(page)
    neighbour = Who(2, address="192.0.2.1")
    await limit.take(neighbour)
    with pytest.raises(TooMany, match="Your address has made 4 requests"):
        await limit.take(neighbour)
    with pytest.raises(TooMany):
        limit.refuse_address("192.0.2.1")
    limit.refuse_address("192.0.2.2")


async def test_a_household_is_one_address(settings: Settings) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE_PER_ADDRESS = 1
    limit = RequestLimit()
    await limit.take(Who(1, address="2001:db8:0:1::1"))
    with pytest.raises(TooMany):
        await limit.take(Who(2, address="2001:db8:0:1::2"))
    await limit.take(Who(3, address="2001:db8:0:2::1"))


async def test_what_a_group_says_comes_before_the_site(limit: RequestLimit) -> None:
    for who, most in ((Who(1, quota=Quota(requests_per_minute=5)), 5), (Who(2), 2)):
        for _ in range(most):
            await limit.take(who)
        with pytest.raises(TooMany):
            await limit.take(who)
    lifted = Who(3, quota=Quota(requests_per_minute=0))
    for _ in range(50):
        await limit.take(lifted)
    assert limit.allowance(lifted) is None
