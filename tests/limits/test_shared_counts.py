"""Two processes that count together on a real Redis; and each for itself while it is away."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from fakes.cancelled_early import ends_when_cancelled
from fakes.tcp_switch import REDIS, TcpSwitch
from pytest_django import Settings

from chat.errors import TooMany
from chat.ids import new_id
from chat.limits import shared
from chat.limits.places import socket_limit, stream_limit
from chat.limits.requests import RequestLimit
from chat.limits.shared import SharedCounts
from chat.quota import NOTHING_SAID, Quota

pytestmark = pytest.mark.postgres


@dataclass(frozen=True)
class Who:
    user_id: int
    key_id: UUID | None = None
    address: str | None = None
    quota: Quota = NOTHING_SAID
    key_quota: Quota = NOTHING_SAID


ALICE = Who(1)


class Process:
    """The limits of one process, and its way to Redis."""

    def __init__(self, way: TcpSwitch, prefix: str) -> None:
        self.way = way
        self.counts = SharedCounts(f"redis://127.0.0.1:{way.port}", prefix)
        self.requests, self.sockets, self.streams = RequestLimit(), socket_limit(), stream_limit()
        for limit in (self.requests, self.sockets, self.streams):
            limit.share(self.counts)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis that is slow, as on a busy machine, is none that is away."""
    monkeypatch.setattr(shared, "ANSWER_SECONDS", 10.0)


@pytest.fixture
async def two(settings: Settings) -> AsyncIterator[tuple[Process, Process]]:
    settings.CHAT_REQUESTS_PER_MINUTE, settings.CHAT_MAX_SOCKETS_PER_USER = 3, 2
    prefix = f"test-{new_id()}"
    async with TcpSwitch.to_redis() as here, TcpSwitch.to_redis() as there, asyncio.timeout(20):
        processes = Process(here, prefix), Process(there, prefix)
        yield processes
        for process in processes:
            await process.counts.close()


async def test_requests_of_all_processes_count_together(two: tuple[Process, Process]) -> None:
    here, there = two
    await here.requests.take(ALICE)
    await there.requests.take(ALICE)
    left = there.requests.allowance(ALICE)
    assert left is not None
    assert (left.limit, left.remaining) == (3, 1)
    assert 59 < left.reset <= 60
    await here.requests.take(ALICE)
    with pytest.raises(TooMany) as refused:
        await there.requests.take(ALICE)
    assert refused.value.retry_after is not None
    assert 50 < refused.value.retry_after <= 60
    await there.requests.take(Who(2))


async def test_what_is_refused_by_one_window_is_counted_in_none(two: tuple[Process, Process]) -> None:
    here, there = two
    by_key = Who(1, UUID(int=7), key_quota=Quota(requests_per_minute=1))
    await here.requests.take(by_key)
    for _ in range(5):
        with pytest.raises(TooMany, match="This API key"):
            await there.requests.take(by_key)
    await here.requests.take(ALICE)
    await there.requests.take(ALICE)
    with pytest.raises(TooMany, match="You have"):
        await here.requests.take(ALICE)


async def test_what_joined_is_given_back_for_all(two: tuple[Process, Process]) -> None:
    here, there = two
    for _ in range(3):
        await here.requests.take(ALICE)
    await here.requests.give_back(ALICE)
    await there.requests.take(ALICE)
    with pytest.raises(TooMany):
        await here.requests.take(ALICE)


@pytest.mark.usefixtures("patient")
async def test_of_many_at_once_only_so_many_are_let_in(two: tuple[Process, Process]) -> None:
    takes = [process.requests.take(ALICE) for _ in range(10) for process in two]
    taken = await asyncio.gather(*takes, return_exceptions=True)
    assert taken.count(None) == 3
    assert all(answer is None or isinstance(answer, TooMany) for answer in taken)


@pytest.mark.usefixtures("patient")
async def test_a_crowd_is_counted_one_after_the_other(
    two: tuple[Process, Process], settings: Settings
) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE = 500
    taken = await asyncio.gather(
        *(process.requests.take(ALICE) for _ in range(300) for process in two), return_exceptions=True
    )
    assert taken.count(None) == 500


async def test_a_crowd_does_not_wait_for_a_redis_that_hangs(
    two: tuple[Process, Process], settings: Settings
) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE = 500
    here, _there = two
    here.way.hang()
    async with asyncio.timeout(4 * shared.ANSWER_SECONDS):
        await asyncio.gather(*(here.requests.take(ALICE) for _ in range(300)))


async def test_while_redis_is_away_each_counts_for_itself_and_nothing_fails(
    two: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "AWAY_SECONDS", 0.0)
    here, there = two
    await there.requests.take(ALICE)
    here.way.cut()
    await here.requests.take(ALICE)
    await here.requests.take(ALICE)
    await here.requests.take(ALICE)
    with pytest.raises(TooMany):
        await here.requests.take(ALICE)
    place = await here.sockets.enter(ALICE)
    place.leave()
    here.way.mend()
    await here.requests.take(ALICE)
    left = here.requests.allowance(ALICE)
    assert left is not None
    assert left.remaining == 1  # what was counted meanwhile is forgotten: the two that all know of remain


async def test_a_redis_that_does_not_answer_is_not_asked_for_a_while(two: tuple[Process, Process]) -> None:
    here, _there = two
    here.way.cut()
    await here.requests.take(ALICE)
    here.way.mend()
    await here.requests.take(ALICE)  # still counted here alone
    left = here.requests.allowance(ALICE)
    assert left is not None
    assert left.remaining == 1


async def test_sockets_of_all_processes_count_together(two: tuple[Process, Process]) -> None:
    here, there = two
    first = await here.sockets.enter(ALICE)
    await there.sockets.enter(ALICE)
    for process in two:
        with pytest.raises(TooMany):
            await process.sockets.enter(ALICE)
    first.leave()
    first.leave()
    await here.sockets.settled()
    await there.sockets.enter(ALICE)


async def test_sockets_of_a_key_are_counted_in_all_processes(two: tuple[Process, Process]) -> None:
    here, there = two
    by_key = Who(1, UUID(int=7), key_quota=Quota(sockets=1))
    first = await here.sockets.enter(by_key)
    with pytest.raises(TooMany, match="This API key has 1"):
        await there.sockets.enter(by_key)
    await there.sockets.enter(ALICE)  # what was refused was counted nowhere
    first.leave()
    await here.sockets.settled()
    await there.sockets.enter(by_key)


async def test_an_address_is_counted_in_all_processes_whoever_comes_from_it(
    two: tuple[Process, Process], settings: Settings
) -> None:
    settings.CHAT_MAX_SOCKETS_PER_ADDRESS, settings.CHAT_MAX_STREAMS_PER_ADDRESS = 2, 1
    here, there = two
    first = await here.sockets.enter(Who(1, address="192.0.2.1"))
    await there.sockets.enter(Who(2, address="192.0.2.1"))
    with pytest.raises(TooMany, match="Your address has 2"):
        await there.sockets.enter(Who(3, address="192.0.2.1"))
    await there.sockets.enter(Who(3, address="192.0.2.2"))
    first.leave()
    await here.sockets.settled()
    await there.sockets.enter(Who(3, address="192.0.2.1"))  # what was refused was counted nowhere
    running = await here.streams.enter(Who(1, address="192.0.2.1"))
    with pytest.raises(TooMany, match="1 replies running"):
        await there.streams.enter(Who(2, address="192.0.2.1"))
    running.leave()
    await here.streams.settled()
    await there.streams.enter(Who(2, address="192.0.2.1"))


async def test_sockets_of_a_process_that_died_count_no_longer_than_their_lease(
    two: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "LEASE_SECONDS", 1)
    here, there = two
    for _ in range(2):
        await here.sockets.enter(ALICE)
    with pytest.raises(TooMany):
        await there.sockets.enter(ALICE)
    async with asyncio.timeout(10):
        while True:
            await asyncio.sleep(0.2)  # by the clock of Redis: nothing here can tell it the time
            try:
                await there.sockets.enter(ALICE)
            except TooMany:
                continue
            break


async def test_what_is_renewed_outlives_its_lease(
    two: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = two
    monkeypatch.setattr(shared, "LEASE_SECONDS", 1)
    for _ in range(2):
        await here.sockets.enter(ALICE)
    monkeypatch.setattr(shared, "LEASE_SECONDS", 60)
    await here.sockets.renew()
    await asyncio.sleep(1.1)
    with pytest.raises(TooMany):
        await there.sockets.enter(ALICE)


async def test_a_request_that_was_cancelled_leaves_the_next_ones_their_answers(
    two: tuple[Process, Process],
) -> None:
    here, _there = two
    await here.requests.take(ALICE)
    tasks = [asyncio.create_task(here.requests.take(Who(user))) for user in range(10, 20)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await here.requests.take(ALICE)
    left = here.requests.allowance(ALICE)
    assert left is not None
    assert (left.limit, left.remaining) == (3, 1)


@pytest.mark.parametrize("steps", range(20))
async def test_who_is_told_to_end_while_it_connects_ends(steps: int) -> None:
    """redis swallows the cancellation in some of these steps of the loop."""
    counts = SharedCounts(f"redis://{REDIS.hostname}:{REDIS.port or 6379}", f"test-{new_id()}")

    async def renew_forever() -> None:
        while True:
            await counts.renew([("nobody", "1")])
            await asyncio.sleep(0.3)

    assert await ends_when_cancelled(renew_forever(), after=steps)
    await counts.close()
