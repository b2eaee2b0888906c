"""`GET live` at a real server: many replies and the list through one connection, cut, resumed, killed."""

import asyncio

import aiohttp
import pytest
from process.harness.calls import Api, caller
from process.harness.live import Live
from process.harness.people import Person
from process.harness.processes import StartServer
from process.harness.scripts import question, words
from process.harness.waiting import until

pytestmark = pytest.mark.process

CUTS = 5


async def two_running(api: Api, **script: object) -> list[str]:
    """Two replies in the background, which end soon when nobody follows them."""
    asked = [await api.ask_behind(question(**script), resume_window=10) for _ in range(2)]
    return [each["reply"] for each in asked]


async def test_two_replies_and_the_list_come_over_one_connection_that_is_cut_again_and_again(
    alice: Api,
) -> None:
    live = Live(alice, await two_running(alice, tokens=150, delay=0.02))
    for cut in range(1, CUTS + 1):
        async with live.connected():
            await live.until_all_have(100 * cut)
            if cut == CUTS:
                made = await alice.call("POST", "conversations", {"title": "From another device"})
                await live.until_all_ended()
    for reply, reading in live.readings.items():
        message = await alice.message(reply)
        assert reading.text == message["content"] == words(150)
        assert (reading.overlaps, message["status"]) == (0, "complete")
    assert {"type": "changed", "conversation": made.json["id"]} in live.news
    assert not live.refused


async def test_a_killed_server_costs_no_more_than_it_had_not_saved_and_both_replies_come_to_their_end(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person]
) -> None:
    server = start_server(CHAT_AUTO_TITLE="0")
    api = caller(http, server.url, people["alice"])
    live = Live(api, await two_running(api, tokens=500, delay=0.02))
    async with live.connected():
        await live.until_all_have(300)
        server.kill()
        await live.until_lost()
    await asyncio.to_thread(server.start)
    async with live.connected():  # before the reaper ended them: what is waited for is told as it comes
        await live.until_all_ended()
    for reply, reading in live.readings.items():
        message = await api.message(reply)
        assert message["status"] == reading.status == "interrupted"
        assert reading.text == message["content"]
        assert words(500).startswith(reading.text)
        assert len(reading.text) > 0
    assert len([news for news in live.news if news["type"] == "changed"]) == 2


async def test_a_reader_that_goes_leaves_all_its_replies_and_no_connection(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person]
) -> None:
    server = start_server(CHAT_AUTO_TITLE="0", CHAT_MAX_SOCKETS_PER_USER="1")
    api = caller(http, server.url, people["alice"])
    asked = [await api.ask_behind(question(tokens=2000, delay=0.02), resume_window=0.5) for _ in range(2)]
    live = Live(api, [each["reply"] for each in asked])
    async with live.connected():
        await live.until_all_have(20)
        assert (await api.call("GET", "live")).status == 429
    for each in asked:
        assert (await api.settled(each["reply"]))["status"] == "interrupted"

    async def free_again() -> bool:
        async with api.open("GET", "live") as response:
            return response.status == 200

    assert await until(free_again, what="the place of the connection that was closed")
