"""Two servers with Redis: a reply of one is followed, resumed, stopped and gone on with in the other."""

import asyncio
import statistics
from collections.abc import Mapping
from itertools import cycle

import aiohttp
import pytest
from process.harness.calls import Api, caller
from process.harness.people import Person
from process.harness.processes import Server, StartServer
from process.harness.reading import Reading
from process.harness.scripts import ProviderLog, now, question, words
from process.harness.shared_servers import Shared
from process.harness.sockets import Socket
from process.harness.transports import Stream, over

pytestmark = pytest.mark.postgres

TOKENS = 60
TOKEN_SECONDS = 0.05
LIVE = 0.8
"""Of the deltas at home, how many come as one of their own elsewhere: reading rows would give one in six."""
LAG_SECONDS = 0.1
"""The median; some milliseconds on an idle machine."""
CLOSE_SECONDS = 0.3
"""The provider's log may note the close a moment after we did it."""
LEASE_SECONDS = 3.0
BEAT_SECONDS = 3.0
"""An owner that saves nothing learns with its beat, every 2 s, what became of its rows."""
STALLED = {"tokens": 9, "fail": "stall", "after": 3}

followed_over = pytest.mark.parametrize("name", ["sse", "websocket"])


async def paced(stream: Stream) -> list[tuple[float, int]]:
    """Read to the end; which length was reached when."""
    seen = []
    while (event := await stream.next()) is not None:
        if event["type"] == "delta":
            seen.append((now(), len(stream.reading.text)))
    return seen


def lag(at_home: list[tuple[float, int]], away: list[tuple[float, int]]) -> float:
    """The median of the seconds that a length was reached later."""
    return statistics.median(
        next(then for then, reached in away if reached >= length) - since for since, length in at_home
    )


@followed_over
async def test_a_follower_elsewhere_gets_each_delta_as_it_comes(name: str, here: Api, there: Api) -> None:
    async with over(here, "sse").ask(question(tokens=TOKENS, delay=TOKEN_SECONDS)) as stream:
        reply = await stream.started()
        async with over(there, name).follow(reply) as other:
            at_home, away = await asyncio.gather(paced(stream), paced(other))
    for reading in (stream.reading, other.reading):
        assert (reading.text, reading.status, reading.overlaps) == (words(TOKENS), "complete", 0)
    print(f"\n{len(away)} deltas of {len(at_home)}, {lag(at_home, away) * 1000:.1f} ms later")
    assert len(away) >= LIVE * len(at_home)
    assert lag(at_home, away) < LAG_SECONDS


async def test_every_id_leads_on_at_the_other_server_and_back_again(here: Api, there: Api) -> None:
    names = cycle(["sse", "websocket", "ndjson"])
    journeys = []
    async with over(here, "sse").ask(question(tokens=40, delay=0.04)) as stream, asyncio.TaskGroup() as group:
        while (event := await stream.next()) is not None:
            if "id" in event and event["type"] != "end":
                reading = stream.reading.goes_on()
                away = there_and_back(stream.reading.start["reply"], reading, next(names), there, here)
                journeys.append(group.create_task(away))
    assert len(journeys) >= 20
    for journey in journeys:
        reading = journey.result()
        assert (reading.text, reading.status, reading.overlaps) == (words(40), "complete", 0)
    at_end = {"Last-Event-ID": str(stream.reading.last_id)}
    answer = await there.call("GET", f"messages/{stream.reading.start['reply']}/stream", headers=at_end)
    assert answer.status == 204


async def there_and_back(reply: str, reading: Reading, name: str, there: Api, here: Api) -> Reading:
    """Some words from one server, and the rest from the other: nobody says `start` again."""
    reached = len(reading.text) + 30
    async with over(there, name).follow(reply, reading) as stream:
        await stream.until(lambda now: now.ended or len(now.text) > reached)
        stream.cut()
    assert reading.of_type("start") == []
    if reading.ended:
        return reading
    rest = reading.goes_on()
    rest.overlaps = reading.overlaps
    async with over(here, name).follow(reply, rest) as stream:
        await stream.rest()
    assert rest.of_type("start") == []
    return rest


@followed_over
async def test_a_stop_elsewhere_is_answered_with_the_provider_closed_and_the_text_saved(
    name: str, here: Api, there: Api, log: ProviderLog
) -> None:
    content = question(**STALLED)
    async with over(here, "sse").ask(content) as stream:
        await stream.words(3)
        reply = stream.reading.start["reply"]
        message = await over(there, name).stop(reply)
        answered = now()
        reading = await stream.rest()
    assert (await log.closed(content))["closed"] < answered + CLOSE_SECONDS
    assert (message["status"], message["content"]) == ("stopped", words(3))
    assert (reading.status, reading.text) == ("stopped", words(3))
    for api in (there, here):
        assert await over(api, name).stop(reply) == message, "again"


async def test_a_stop_of_a_reply_that_ended_elsewhere_changes_nothing(here: Api, there: Api) -> None:
    async with over(here, "sse").ask(question(tokens=3)) as stream:
        reading = await stream.rest()
    message = await here.message(reading.start["reply"])
    assert message["status"] == "complete"
    for name in ("sse", "websocket"):
        assert await over(there, name).stop(message["id"]) == message


@followed_over
async def test_a_reply_that_was_stopped_goes_on_elsewhere_and_old_ids_cross_the_seam(
    name: str, here: Api, there: Api
) -> None:
    async with over(here, name).ask(question(**STALLED, then={"tokens": 30, "delay": 0.02})) as stream:
        await stream.words(3)
        reply = stream.reading.start["reply"]
        before = stream.reading.goes_on()
        await here.stop(reply)
        stopped = await stream.rest()
    whole = words(3) + words(30)
    async with over(there, name).again("continue", reply) as more:
        more.reading = Reading(text=words(3))
        await more.words(5)
        after = stopped.goes_on()
        async with (
            over(here, name).follow(reply, before) as one,
            over(here, name).follow(reply, after) as two,
        ):
            readings = await asyncio.gather(more.rest(), one.rest(), two.rest())
    for reading in readings:
        assert (reading.text, reading.status, reading.overlaps) == (whole, "complete", 0)
        assert len(reading.of_type("end")) == 1
    assert before.of_type("start") == after.of_type("start") == []


async def test_regenerate_runs_elsewhere_beside_the_reply_that_still_runs(here: Api, there: Api) -> None:
    async with over(here, "sse").ask(question(tokens=60, delay=0.02)) as stream:
        await stream.words(3)
        async with over(there, "websocket").again("regenerate", stream.reading.start["reply"]) as beside:
            first, second = await asyncio.gather(stream.rest(), beside.rest())
    assert (first.text, second.text) == (words(60), words(60))
    assert (first.status, second.status) == ("complete", "complete")
    messages = [await there.message(reading.start["reply"]) for reading in (first, second)]
    assert messages[0]["id"] != messages[1]["id"]
    assert messages[0]["parent"] == messages[1]["parent"] == first.start["request"]


async def test_the_same_idempotency_key_elsewhere_joins_the_reply_that_runs(
    here: Api, there: Api, log: ProviderLog
) -> None:
    content = question(tokens=60, delay=0.02)
    key = content.partition(" ")[0]
    asks = [over(api.sending(Idempotency_Key=key), "sse").ask(content) for api in (here, there)]
    async with asks[0] as stream:
        await stream.words(3)
        async with asks[1] as joined:
            first, second = await asyncio.gather(stream.rest(), joined.rest())
    assert first.start["reply"] == second.start["reply"]
    assert first.text == second.text == words(60)
    assert len(second.of_type("delta")) > 20, "live, not by the row"
    assert len(await log.of(content)) == 1


async def test_a_post_retried_elsewhere_with_its_last_event_id_resumes(
    here: Api, there: Api, log: ProviderLog
) -> None:
    content = question(tokens=60, delay=0.02)
    async with over(here, "sse").ask(content, resume_window=10) as stream:
        await stream.words(10)
        stream.cut()
    reading = stream.reading.goes_on()
    retrying = there.sending(Last_Event_ID=str(reading.last_id))
    async with over(retrying, "sse").ask(content, resume_window=10) as stream:
        stream.reading = reading
        await stream.rest()
    assert (reading.text, reading.status, reading.overlaps) == (words(60), "complete", 0)
    assert reading.of_type("start") == []
    assert len(await log.of(content)) == 1


@followed_over
async def test_a_follower_elsewhere_keeps_an_aborted_reply_running_until_it_leaves_too(
    name: str, here: Api, there: Api, log: ProviderLog
) -> None:
    content = question(tokens=2000, delay=0.02)
    async with over(here, name).ask(content) as stream:
        reply = await stream.started()
        async with over(there, name).follow(reply) as other:
            await other.until(lambda reading: len(reading.of_type("delta")) > 5)
            stream.cut()
            await other.words(other.reading.text.count(" ") + 50)
            assert (await log.of(content))[0]["closed"] is None
            since = now()
            other.cut()
    assert (await log.closed(content))["closed"] < since + LEASE_SECONDS
    message = await here.settled(reply)
    assert message["status"] == "interrupted"
    assert message["content"].startswith(other.reading.text)


async def test_a_title_reaches_its_owner_s_sockets_at_the_other_server(
    here: Api, there: Api, pair: list[Server], http: aiohttp.ClientSession, shared: Shared
) -> None:
    bob = caller(http, pair[1].url, shared.people["bob"])
    async with Socket.open(there.url, there.headers) as mine, Socket.open(bob.url, bob.headers) as bobs:
        await mine.admitted()
        await bobs.admitted()
        asked = await here.ask_behind(question(tokens=3, title="Told everywhere", title_delay=0.3))
        title = await mine.next_of("title")
        while title["conversation"] != asked["conversation"]:
            title = await mine.next_of("title")
        assert title["title"] == "Told everywhere"
        await bobs.send({"type": "ping"})
        assert await bobs.event() == {"type": "pong"}, "nothing came before it"
    conversation = await there.get(f"conversations/{asked['conversation']}")
    assert conversation["title"] == "Told everywhere"


async def test_a_title_reaches_a_stream_at_the_other_server(here: Api, there: Api) -> None:
    asked = await here.ask_behind(question(tokens=60, delay=0.02, title="In the stream", title_delay=0.4))
    async with over(there, "sse").follow(asked["reply"]) as stream:
        reading = await stream.rest()
    assert [event["title"] for event in reading.of_type("title")] == ["In the stream"]
    assert reading.text == words(60)


async def test_a_title_stays_among_the_servers_of_one_site(
    here: Api,
    start_server: StartServer,
    http: aiohttp.ClientSession,
    people: Mapping[str, Person],
    shared: Shared,
) -> None:
    """Another site on the same Redis, with a database of its own, in which Alice has the same number."""
    other = start_server(REDIS_URL=shared.settings["REDIS_URL"], DJANGO_SECRET_KEY="x" * 50 + "another site")
    its_alice = caller(http, other.url, people["alice"])
    async with Socket.open(here.url, here.headers) as mine, Socket.open(other.url, its_alice.headers) as hers:
        await mine.admitted()
        await hers.admitted()
        await here.ask_behind(question(tokens=3, title="Ours alone"))
        while (await mine.next_of("title"))["title"] != "Ours alone":
            continue
        await hers.send({"type": "ping"})
        assert await hers.event() == {"type": "pong"}, "nothing came before it"


@followed_over
async def test_a_delete_elsewhere_stops_what_runs_and_says_why(
    name: str, here: Api, there: Api, log: ProviderLog
) -> None:
    content = question(tokens=2000, delay=0.02)
    async with over(here, name).ask(content) as stream:
        await stream.words(3)
        start = stream.reading.start
        async with over(there, name).follow(start["reply"]) as other:
            await other.words(3)
            answer = await there.call("DELETE", f"conversations/{start['conversation']}")
            assert answer.status == 204
            readings = await asyncio.gather(stream.rest(), other.rest())
    for reading in readings:
        assert reading.status == "stopped"
        assert reading.end["error"]["code"] == "deleted"
        assert words(2000).startswith(reading.text)
    await log.closed(content)
    for api in (here, there):
        assert (await api.call("GET", f"messages/{start['reply']}")).status == 404


async def test_a_delete_elsewhere_closes_a_provider_that_is_silent(
    here: Api, there: Api, log: ProviderLog
) -> None:
    content = question(**STALLED)
    async with over(here, "sse").ask(content) as stream:
        await stream.words(3)
        since = now()
        await there.call("DELETE", f"conversations/{stream.reading.start['conversation']}")
        reading = await stream.rest()
    assert (reading.status, reading.end["error"]["code"]) == ("stopped", "deleted")
    assert (await log.closed(content))["closed"] < since + BEAT_SECONDS
