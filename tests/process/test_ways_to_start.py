"""Every way to start a server keeps the promises; a bad setting stops it; the demo model needs none."""

import asyncio
import signal

import aiohttp
import pytest
from process.harness.calls import caller
from process.harness.crowd import Crowd
from process.harness.people import Person
from process.harness.processes import StartServer, environment, try_to_manage
from process.harness.reading import Reading
from process.harness.scripts import question, words
from process.harness.transports import over

pytestmark = pytest.mark.process


@pytest.mark.parametrize("way", ["daphne", "uvicorn"])
async def test_another_server_streams_stops_resumes_and_ends_without_a_loss(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person], way: str
) -> None:
    server = start_server(way=way, CHAT_AUTO_TITLE="0")
    api = caller(http, server.url, people["alice"])
    for name in ("sse", "ndjson", "websocket"):
        async with over(api, name).ask(question(tokens=40, delay=0.01), resume_window=10) as stream:
            await stream.words(5)
            stream.cut()
        reading = stream.reading.goes_on()
        async with over(api, name).follow(stream.reading.start["reply"], reading) as stream:
            assert (await stream.rest()).text == words(40)
        async with over(api, name).ask(question(tokens=9, fail="stall", after=3)) as stream:
            await stream.words(3)
            stream.cut()
        assert (await api.settled(stream.reading.start["reply"]))["content"] == words(3)
        async with over(api, name).ask(question(tokens=9, fail="stall", after=3)) as stream:
            await stream.words(3)
            assert (await api.stop(stream.reading.start["reply"]))["content"] == words(3)
    crowd = Crowd(api, size=12, tokens=2000, delay=0.02)
    await crowd.ask()
    server.ask_to_end()
    await crowd.scattered()
    await asyncio.to_thread(server.exit_code, 15)
    await asyncio.to_thread(server.start)
    for member in crowd.members:
        message = await api.message(member.reply)
        assert (message["status"], member.reading.status) == ("interrupted", "interrupted"), member.transport
        assert message["content"] == member.reading.text


@pytest.mark.parametrize("way", ["daphne", "uvicorn"])
async def test_what_a_socket_follows_goes_on_for_the_time_of_a_drain(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person], way: str
) -> None:
    server = start_server(way=way, CHAT_AUTO_TITLE="0", CHAT_DRAIN_SECONDS="20")
    api = caller(http, server.url, people["alice"])
    async with over(api, "websocket").ask(question(tokens=60, delay=0.03)) as stream:
        await stream.words(5)
        server.ask_to_end()
        reading = await stream.rest()
    assert (reading.status, reading.text) == ("complete", words(60))
    # uvicorn ends by the signal that it was sent, once all is done.
    assert await asyncio.to_thread(server.exit_code, 20) == (0 if way == "daphne" else -signal.SIGTERM)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHAT_DRAIN_SECONDS", "soon"),
        ("CHAT_CHECKPOINT_SECONDS", "-1"),
        ("CHAT_MAX_REPLY_CHARS", "many"),
        ("CHAT_AUTO_TITLE", "perhaps"),
        ("DJANGO_DEBUG", "maybe"),
        ("OPENAI_BASE_URL", "nowhere"),
        ("CHAT_PUBLIC_URL", "chat.example"),
        ("DATABASE_URL", "paper://notes"),
        ("REDIS_URL", "nonsense"),
    ],
)
def test_a_bad_setting_stops_the_start_and_is_named(name: str, value: str) -> None:
    done = try_to_manage(environment(**{name: value}), "serve")
    assert done.returncode != 0
    assert name in done.stderr.splitlines()[-1]


async def test_without_key_and_address_the_demo_model_answers(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person]
) -> None:
    server = start_server(OPENAI_API_KEY="", OPENAI_BASE_URL="")
    api = caller(http, server.url, people["alice"])
    models = await api.get("models")
    assert [(model["id"], model["default"]) for model in models["results"]] == [("demo", True)]
    async with over(api, "sse").ask("Tell me about tables", render="html") as stream:
        reading: Reading = await stream.rest()
    assert reading.status == "complete"
    assert len(reading.text) > 100
    assert reading.of_type("block")
    assert (await api.message(reading.start["reply"]))["content"] == reading.text


async def test_a_provider_that_is_down_delays_neither_start_nor_list(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person]
) -> None:
    server = start_server(OPENAI_BASE_URL="http://127.0.0.1:9/v1", CHAT_MODELS="one,two")
    api = caller(http, server.url, people["alice"])
    async with asyncio.timeout(5):
        models = await api.get("models")
    assert [model["id"] for model in models["results"]] == ["one", "two"]
    answer = await api.call("POST", "chat", {"content": "Anybody there?", "stream": False})
    assert answer.status in (502, 504)
    assert answer.error["type"] == "upstream_error"
    assert (await api.message(answer.headers["X-Message-Id"]))["status"] == "failed"
