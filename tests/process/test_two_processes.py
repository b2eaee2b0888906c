"""Two servers on one PostgreSQL database, without Redis and with it: follow, stop, resume at the other."""

import asyncio
import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import aiohttp
import pytest
from process.harness.calls import Api, caller
from process.harness.people import Person, make_people
from process.harness.postgres import Database, own_database
from process.harness.processes import Server, StartServer, environment, manage
from process.harness.reading import Reading
from process.harness.scripts import ProviderLog, question, words
from process.harness.shared_servers import site_on, until_it_has_models
from process.harness.transports import over

pytestmark = pytest.mark.postgres

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
REAPED_SECONDS = 15
FOLLOWERS = 120
FEW = 12
"""Connections more than at rest: those of two pools that fill, whatever the number of followers."""


@dataclass(frozen=True, slots=True)
class Pair:
    one: Server
    two: Server
    people: Mapping[str, Person]


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with own_database("two_processes") as database:
        yield database


@pytest.fixture(scope="module")
def everybody(database: Database) -> Mapping[str, Person]:
    settings = environment(DATABASE_URL=database.url)
    manage(settings, "migrate", "-v", "0")
    return make_people(settings)


@pytest.fixture(scope="module", params=["", REDIS], ids=["rows alone", "redis"])
def pair(
    request: pytest.FixtureRequest,
    database: Database,
    everybody: Mapping[str, Person],
    start_module_server: StartServer,
) -> Iterator[Pair]:
    """Two processes that share a database and, in the second round, Redis."""
    settings = {**site_on(database), "CHAT_AUTO_TITLE": "0", "REDIS_URL": request.param}
    one, two = [start_module_server(**settings) for _ in range(2)]
    for server in (one, two):
        until_it_has_models(server, everybody)
    yield Pair(one, two, everybody)
    one.close()
    two.close()


@pytest.fixture
def here(http: aiohttp.ClientSession, pair: Pair) -> Api:
    """Alice at the process that runs the reply."""
    if not pair.one.runs:  # a test before killed it
        pair.one.start()
        until_it_has_models(pair.one, pair.people)
    return caller(http, pair.one.url, pair.people["alice"])


@pytest.fixture
def there(here: Api, pair: Pair) -> Api:
    """Alice at the other process."""
    return here.at(pair.two.url)


@pytest.fixture(params=["sse", "ndjson", "websocket"])
def name(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


async def test_a_reply_is_followed_from_the_other_process(name: str, here: Api, there: Api) -> None:
    asked = await here.ask_behind(question(tokens=100, delay=0.02))
    async with over(there, name).follow(asked["reply"]) as stream:
        reading = await stream.rest()
    assert (reading.text, reading.status) == (words(100), "complete")
    assert (reading.overlaps, len(reading.of_type("start"))) == (0, 1)
    assert len(reading.of_type("delta")) > 3, "it came as it grew"


async def test_a_client_that_was_cut_goes_on_at_the_other_process(name: str, here: Api, there: Api) -> None:
    async with over(here, name).ask(question(tokens=100, delay=0.02), resume_window=20) as stream:
        await stream.words(20)
        stream.cut()
    reading = stream.reading.goes_on()
    async with over(there, name).follow(stream.reading.start["reply"], reading) as again:
        await again.rest()
    assert reading.of_type("start") == [], "nothing was lost, so it does not begin again"
    assert (reading.text, reading.status, reading.overlaps) == (words(100), "complete", 0)


async def test_stop_works_from_the_other_process(name: str, here: Api, there: Api, log: ProviderLog) -> None:
    content = question(tokens=2000, delay=0.02)
    async with over(here, name).ask(content) as stream:
        await stream.words(5)
        message = await over(there, name).stop(stream.reading.start["reply"])
        reading = await stream.rest()
    assert message["status"] == reading.status == "stopped"
    assert message["content"] == reading.text
    assert (await here.message(message["id"]))["content"] == reading.text
    await log.closed(content)


async def test_end_means_saved_for_the_other_process_too(here: Api, there: Api) -> None:
    async with over(here, "sse").ask(question(tokens=20, delay=0.01)) as stream:
        reading = await stream.rest()
    message = await there.message(reading.start["reply"])
    assert (message["content"], message["status"]) == (words(20), "complete")


async def test_an_idempotency_key_joins_across_processes(here: Api, there: Api, log: ProviderLog) -> None:
    content = question(tokens=20, delay=0.02)
    headers = {"Idempotency-Key": content[:20]}
    body = {"content": content, "stream": False}
    answers = await asyncio.gather(
        *(api.call("POST", "chat", body, headers=headers) for api in (here, there, here, there))
    )
    assert {answer.status for answer in answers} == {200}
    assert {answer.json["content"] for answer in answers} == {words(20)}
    assert len(await log.of(content)) == 1


async def test_continue_and_regenerate_work_at_the_other_process(name: str, here: Api, there: Api) -> None:
    content = question(tokens=9, fail="cut", after=3, times=1, then={"text": "and more"})
    async with over(here, name).ask(content) as stream:
        first = await stream.rest()
    reading = Reading(text=first.text)
    async with over(there, name).again("continue", first.start["reply"]) as stream:
        stream.reading = reading
        await stream.rest()
    assert (reading.text, reading.status) == (words(3) + "and more", "complete")
    async with over(here, name).again("regenerate", first.start["reply"]) as stream:
        assert (await stream.rest()).text == words(9)


async def test_followers_hold_no_database_connections(here: Api, there: Api, database: Database) -> None:
    asked = await here.ask_behind(question(tokens=9, fail="stall", after=3))
    for api in (here, there):
        await read_three_words(api, asked["reply"], 5)
    before = await asyncio.to_thread(database.connections)
    async with contextlib.AsyncExitStack() as stack:
        for number in range(FOLLOWERS):
            transport = over((here, there)[number % 2], ("sse", "ndjson", "websocket")[number % 3])
            stream = await stack.enter_async_context(transport.follow(asked["reply"]))
            await stream.words(3)
        during = await asyncio.to_thread(database.connections)
    print(f"\n{FOLLOWERS} followers at two processes: {before} → {during} database connections")
    assert during <= before + FEW
    await here.stop(asked["reply"])


async def read_three_words(api: Api, reply: str, times: int) -> None:
    for _ in range(times):
        async with over(api, "sse").follow(reply) as stream:
            await stream.words(3)


async def test_the_other_process_ends_what_a_killed_one_left(here: Api, there: Api, pair: Pair) -> None:
    names = ["sse", "ndjson", "websocket"] * 3
    readings = await asyncio.gather(*(read_until_cut(here, name, pair) for name in names))
    for reading in readings:
        message = await there.settled(reading.start["reply"], REAPED_SECONDS)
        assert message["status"] == "interrupted"
        assert words(5000).startswith(message["content"])
    await asyncio.gather(*(ends_there(there, *both) for both in zip(names, readings, strict=True)))


async def read_until_cut(api: Api, name: str, pair: Pair) -> Reading:
    async with over(api, name).ask(question(tokens=5000, delay=0.02)) as stream:
        await stream.words(30)
        if pair.one.runs:
            await asyncio.sleep(1)
            if pair.one.runs:
                pair.one.kill()
        while await stream.next() is not None:
            pass
        assert stream.reading.ended is None
        return stream.reading


async def ends_there(there: Api, name: str, before: Reading) -> None:
    reading = before.goes_on()
    saved = (await there.message(before.start["reply"]))["content"]
    had_more = len(reading.text) > len(saved)
    async with over(there, name).follow(before.start["reply"], reading) as stream:
        await stream.rest()
    assert (reading.text, reading.status) == (saved, "interrupted")
    assert len(reading.of_type("start")) == (1 if had_more else 0)
