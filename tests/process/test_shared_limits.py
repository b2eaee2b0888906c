"""Two servers of one site count a user's requests and sockets together."""

import asyncio
from collections.abc import Iterator

import aiohttp
import pytest
from process.harness.calls import Api, caller
from process.harness.people import Person
from process.harness.processes import StartServer, environment, manage
from process.harness.shared_servers import Shared, shared_database, started
from process.harness.sockets import Socket

pytestmark = pytest.mark.postgres

REQUESTS = 8
SOCKETS = 2


@pytest.fixture(scope="module")
def site() -> Iterator[Shared]:
    with shared_database() as site:
        yield site


@pytest.fixture
def both(http: aiohttp.ClientSession, site: Shared, start_server: StartServer) -> tuple[Api, Api]:
    """Bob at each of them, with a key of its own limit: the start asks in others' names."""
    settings = environment(**site.settings)
    key = manage(settings, "create_api_key", "bob", "--requests-per-minute", str(REQUESTS))
    bob = Person("bob", key)
    one, two = started(start_server, site, 2, CHAT_MAX_SOCKETS_PER_USER=str(SOCKETS))
    return caller(http, one.url, bob), caller(http, two.url, bob)


async def test_what_one_server_let_in_is_gone_at_the_other(both: tuple[Api, Api]) -> None:
    calls = [api.call("GET", "models") for _ in range(REQUESTS) for api in both]
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status for answer in answers) == [200] * REQUESTS + [429] * REQUESTS
    left = {int(answer.headers["X-RateLimit-Remaining"]) for answer in answers if answer.status == 429}
    assert left == {0}


async def test_sockets_of_a_key_count_together_too(
    both: tuple[Api, Api], http: aiohttp.ClientSession, site: Shared
) -> None:
    here, there = both
    little = manage(environment(**site.settings), "create_api_key", "bob", "--sockets", "1")
    by_key = caller(http, there.url, Person("bob", little))
    async with Socket.open(here.url, by_key.headers) as one:
        await one.admitted()
        async with Socket.open(there.url, by_key.headers) as two:
            assert await two.closed() == 4429
        async with Socket.open(there.url, there.headers) as two:
            await two.admitted()


async def test_sockets_of_both_servers_count_together(both: tuple[Api, Api]) -> None:
    here, there = both
    async with (
        Socket.open(here.url, here.headers) as one,
        Socket.open(there.url, there.headers) as two,
    ):
        await one.admitted()
        await two.admitted()
        for api in both:
            async with Socket.open(api.url, api.headers) as three:
                assert await three.closed() == 4429
