"""A database that is slow or busy: text goes on flowing, `end` waits for its save, and nothing is lost."""

import asyncio
import sqlite3

import aiohttp
import pytest
from process.harness.calls import caller
from process.harness.people import Person, make_people
from process.harness.postgres import own_database
from process.harness.processes import StartServer, environment, manage
from process.harness.scripts import now, question, words
from process.harness.shared_servers import until_it_has_models
from process.harness.transports import over


@pytest.mark.process
async def test_text_flows_while_the_database_is_busy_and_the_end_waits_for_its_save(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person]
) -> None:
    server = start_server(CHAT_AUTO_TITLE="0")
    api = caller(http, server.url, people["alice"])
    path = server.settings["DATABASE_URL"].removeprefix("sqlite:///")
    busy = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        async with over(api, "sse").ask(question(tokens=40, delay=0.02)) as stream:
            await stream.words(3)
            busy.execute("BEGIN IMMEDIATE")
            await stream.words(40)
            assert stream.reading.ended is None
            waiting = asyncio.create_task(stream.rest())
            done, _ = await asyncio.wait({waiting}, timeout=1)
            assert not done, "the end came before its save"
            since = now()
            busy.execute("COMMIT")
            reading = await waiting
    finally:
        busy.close()
    print(f"\nthe end came {now() - since:.2f} s after the database was free")
    assert (reading.text, reading.status) == (words(40), "complete")
    assert (await api.message(reading.start["reply"]))["content"] == words(40)


@pytest.mark.process
async def test_a_running_reply_can_be_read_as_it_is_saved_now(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person]
) -> None:
    server = start_server(CHAT_AUTO_TITLE="0")
    api = caller(http, server.url, people["alice"])
    lengths = [0]
    async with over(api, "sse").ask(question(tokens=150, delay=0.01)) as stream:
        reply = await stream.started()
        while not stream.reading.ended:
            await stream.next()
            if stream.reading.text.count(" ") % 25 == 0:
                message = await api.message(reply)
                assert words(150).startswith(message["content"])
                assert len(message["content"]) >= lengths[-1]
                lengths.append(len(message["content"]))
    assert len(set(lengths)) > 3, "it grew"


@pytest.mark.postgres
async def test_a_restart_of_the_database_loses_no_text(
    start_server: StartServer, http: aiohttp.ClientSession
) -> None:
    with own_database("restart") as database:
        settings = environment(DATABASE_URL=database.url)
        await asyncio.to_thread(manage, settings, "migrate", "-v", "0")
        people = await asyncio.to_thread(make_people, settings)
        server = start_server(DATABASE_URL=database.url, CHAT_AUTO_TITLE="0")
        await asyncio.to_thread(until_it_has_models, server, people)
        api = caller(http, server.url, people["alice"])
        async with over(api, "sse").ask(question(tokens=100, delay=0.02)) as stream:
            for count in (5, 30, 60):
                await stream.words(count)
                await asyncio.to_thread(database.drop_connections)
            reading = await stream.rest()
        assert (reading.text, reading.status) == (words(100), "complete")
        path = f"messages/{reading.start['reply']}"
        answers = [await api.call("GET", path) for _ in range(10)]
        unserved = [answer.status for answer in answers if answer.status != 200]
        assert len(unserved) <= 1, f"long after the database is back: {unserved}"
        assert answers[-1].json["content"] == words(100)
        await asyncio.to_thread(server.close)
