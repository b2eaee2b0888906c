"""A real server under watch: what it counts, what its log says, what it answers while it drains or hangs."""

import asyncio
import json
import re
import signal
import time
from typing import Any

import aiohttp
import pytest
from process.harness.calls import Api, caller
from process.harness.people import Person, make_people
from process.harness.postgres import SERVER, own_database
from process.harness.processes import StartServer, environment, manage
from process.harness.scripts import STALLED, question, words
from process.harness.sockets import Socket
from process.harness.transports import over
from process.harness.waiting import PATIENCE, until


async def is_ready(api: Api) -> bool:
    return (await api.call("GET", "/readyz")).status == 200


async def metrics(api: Api) -> dict[str, float]:
    """Each series by its name and labels."""
    answer = await api.call("GET", "/metrics")
    assert answer.status == 200, answer.body
    lines = [line for line in answer.body.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def total(seen: dict[str, float], name: str, **labels: str) -> float:
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    return sum(
        value
        for series, value in seen.items()
        if series.partition("{")[0] == name and all(one in series for one in wanted)
    )


@pytest.mark.process
async def test_what_happens_is_counted_and_nobodys_name_is(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person]
) -> None:
    server = start_server(CHAT_AUTO_TITLE="0")
    api = caller(http, server.url, people["alice"])
    secret = question(tokens=5)
    async with over(api, "sse").ask(secret) as stream:
        complete = await stream.rest()
    assert complete.text == words(5)
    async with Socket.open(server.url, api.headers), over(api, "ndjson").ask(question(**STALLED)) as stream:
        await stream.words(3)
        seen = await metrics(api)
        assert total(seen, "chat_running_replies") == 1
        assert total(seen, "chat_open_streams", form="ndjson") == 1
        assert total(seen, "chat_open_sockets") == 1
        await api.stop(await stream.started())
    failing = await api.ask_behind(question(fail="status", status=500))
    await api.settled(failing["reply"] if "reply" in failing else failing["message_id"])

    async def all_is_over() -> bool:
        now = await metrics(api)
        return total(now, "chat_open_sockets") + total(now, "chat_running_replies") == 0

    await until(all_is_over, PATIENCE, "the end of all")
    seen = await metrics(api)
    ended = {
        how: total(seen, "chat_replies_ended_total", how=how) for how in ("complete", "stopped", "failed")
    }
    assert ended == {"complete": 1, "stopped": 1, "failed": 1}
    assert total(seen, "chat_upstream_errors_total") == 1
    assert total(seen, "chat_first_token_seconds_count") == 2
    assert total(seen, "chat_checkpoint_lag_seconds") == 0
    assert total(seen, "process_threads") > 1
    text = (await api.call("GET", "/metrics")).body.decode()
    for word in ("alice", secret.partition(" ")[0], "chat-", *complete.start.values()):
        assert not isinstance(word, str) or word not in text or word in ("start", complete.start.get("model"))


@pytest.mark.process
@pytest.mark.parametrize("way", ["serve", "uvicorn"])
async def test_each_line_of_the_log_is_an_object_that_says_of_which_request_it_is(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person], way: str
) -> None:
    server = start_server(way=way, CHAT_LOG_FORMAT="json", CHAT_AUTO_TITLE="0")
    api = caller(http, server.url, people["alice"])
    asked = api.sending(X_Request_ID="asked-by-a-test")
    answer = await asked.call(
        "POST", "chat", {"content": question(fail="status", status=500), "stream": False}
    )
    assert answer.headers["X-Request-Id"] == "asked-by-a-test"
    await api.call("GET", "live?follow=x&ticket=not.to.be.read")
    headers = {**api.headers, "X-Request-ID": "a-socket-of-a-test"}
    async with Socket.open(server.url, headers) as socket:
        assert socket.connection.response is not None
        assert socket.connection.response.headers["X-Request-Id"] == "a-socket-of-a-test"
        await socket.admitted()
    server.close()
    objects = [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]
    ours = [line for line in objects if line["request"] == "asked-by-a-test"]
    assert {line["logger"] for line in ours} >= {"chat.access", "chat.engine.run"}
    [failure] = [line for line in ours if line["logger"] == "chat.engine.run"]
    assert failure["reply"] in failure["message"]
    [access] = [line for line in ours if line["logger"] == "chat.access"]
    assert (access["message"], access["status"]) == ("POST /api/v1/chat", 502)
    of_socket = [line for line in objects if line["request"] == "a-socket-of-a-test"]
    [access] = [line for line in of_socket if line["logger"] == "chat.access"]
    assert (access["message"], access["status"]) == ("WEBSOCKET /ws/chat/", 101)
    assert "not.to.be.read" not in server.log()
    assert not re.search(r'"(GET|POST) /\S+ HTTP', server.log()), "a line of the server's own access log"


@pytest.mark.process
async def test_a_server_that_drains_is_alive_and_not_ready(
    start_server: StartServer, http: aiohttp.ClientSession, people: dict[str, Person]
) -> None:
    server = start_server(CHAT_DRAIN_SECONDS="20", CHAT_AUTO_TITLE="0")
    api = caller(http, server.url, people["alice"])
    await until(lambda: is_ready(api), PATIENCE, "a server that is ready")
    async with over(api, "sse").ask(question(**STALLED)) as stream:
        await stream.words(3)
        server.ask_to_end(signal.SIGTERM)

        async def drains() -> bool:
            answer = await api.call("GET", "/readyz")
            return answer.status == 503 and answer.json["checks"] == {"server": "drains"}

        await until(drains, PATIENCE, "a drain that is told")
        assert (await api.get("/healthz")) == {"status": "ok"}
        await api.stop(await stream.started())
    assert await asyncio.to_thread(server.exit_code, PATIENCE) == 0


@pytest.mark.postgres
async def test_a_database_that_swallows_everything_is_told_within_two_seconds(
    start_server: StartServer, http: aiohttp.ClientSession
) -> None:
    swallowing = False
    writers: list[asyncio.StreamWriter] = []
    passing: list[Any] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if not swallowing:
                writer.write(data)

    async def through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(SERVER.hostname, SERVER.port or 5432)
        writers.extend((writer, back))
        passing.append(asyncio.current_task())
        await asyncio.gather(pump(reader, back), pump(there, writer), return_exceptions=True)

    way = await asyncio.start_server(through, "127.0.0.1", 0)
    port = way.sockets[0].getsockname()[1]
    with own_database("hangs") as database:
        await asyncio.to_thread(manage, environment(DATABASE_URL=database.url), "migrate", "-v", "0")
        people = await asyncio.to_thread(make_people, environment(DATABASE_URL=database.url))
        url = f"postgres://{SERVER.username or 'postgres'}@127.0.0.1:{port}/{database.name}"
        server = await asyncio.to_thread(start_server, DATABASE_URL=url)
        server.may_complain = True
        api = caller(http, server.url, people["alice"])
        await until(lambda: is_ready(api), PATIENCE, "a server that is ready")
        swallowing = True
        for _ in range(3):
            begun = time.monotonic()
            answer = await api.call("GET", "/readyz")
            assert time.monotonic() - begun < 2
            if answer.status == 503:
                break
            await asyncio.sleep(1)
        assert answer.json == {"ready": False, "checks": {"server": "ok", "database": "does not answer"}}
        assert (await api.get("/healthz")) == {"status": "ok"}
        await asyncio.to_thread(server.kill)
        way.close()
        for writer in writers:
            writer.close()
        await asyncio.gather(*passing, return_exceptions=True)
