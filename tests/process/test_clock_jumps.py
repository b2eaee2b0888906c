"""The clock of a server is set an hour forward, or back, while replies run: nobody notices."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from process.harness.calls import Api, caller
from process.harness.moved_clock import Clock
from process.harness.people import Person
from process.harness.processes import StartServer
from process.harness.scripts import ProviderLog, question, words
from process.harness.sse_lines import SseLines
from process.harness.transports import over, sse_events

HOUR = 3600
TOKENS = 150
SLACK = 300
"""Seconds that a test may take at most, so that a jump is told from its running on."""

jumps = pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["forward", "back"])


async def off_by(api: Api) -> float:
    """Seconds from the true time to the server's: its newest message was made now."""
    asked = await api.ask_behind(question(tokens=1))
    message = await api.settled(asked["reply"])
    return (datetime.fromisoformat(message["created"]) - datetime.now(UTC)).total_seconds()


async def followed_by_ticket(http: aiohttp.ClientSession, api: Api, url: str) -> str:
    async with http.get(api.url + url, headers={"Accept": "text/event-stream"}) as response:
        assert response.status == 200
        return "".join(
            [event["text"] async for event in sse_events(response, SseLines()) if event["type"] == "delta"]
        )


@pytest.mark.process
@jumps
async def test_a_jump_of_the_clock_changes_no_reply(
    jump: int,
    start_server: StartServer,
    http: aiohttp.ClientSession,
    people: Mapping[str, Person],
    log: ProviderLog,
    tmp_path: Path,
) -> None:
    clock = Clock(tmp_path)
    server = start_server(wait=True, CHAT_AUTO_TITLE="0", **clock.settings)
    api = caller(http, server.url, people["alice"])
    content, behind = question(tokens=TOKENS, delay=0.02), question(tokens=TOKENS, delay=0.02)
    key = {"Idempotency-Key": content[:20]}
    async with over(api.sending(**key), "sse").ask(content, resume_window=30) as stream:
        ticketed = await api.ask_behind(behind)
        ended = await api.settled((await api.ask_behind(question(tokens=2)))["reply"])
        await stream.words(10)
        clock.move(jump)
        assert abs(await off_by(api) - jump) < SLACK, "the server's clock did jump"
        await stream.words(30)
        stream.cut()
    reply = stream.reading.start["reply"]
    reading = stream.reading.goes_on()
    async with over(api, "websocket").follow(reply, reading) as again:
        by_ticket, *_ = await asyncio.gather(
            followed_by_ticket(http, api, ticketed["stream_url"]), again.rest()
        )
    assert by_ticket == words(TOKENS)
    assert (reading.text, reading.status, reading.overlaps) == (words(TOKENS), "complete", 0)
    assert reading.of_type("start") == []
    body = {"content": content, "resume_window": 30}
    retried = await api.call("POST", "chat?format=text", body, headers=key)
    assert retried.body.decode() == words(TOKENS), "an old key joins"
    assert len(await log.of(content)) == 1
    assert await api.message(ended["id"]) == ended
    await goes_on_in_order(api, stream.reading.start["conversation"], reply)
    clock.move(0)
    assert abs(await off_by(api)) < SLACK
    await goes_on_in_order(api, stream.reading.start["conversation"])
    async with over(api, "sse").ask(question(tokens=5000, delay=0.02)) as stream:
        await stream.words(3)
        stopped = await api.stop(stream.reading.start["reply"])
        assert (stopped["status"], stopped["content"]) == ("stopped", (await stream.rest()).text)
    figures = (await api.call("GET", "/metrics")).body.decode()
    sums = [line.rpartition(" ")[2] for line in figures.splitlines() if "_seconds_sum" in line]
    assert len(sums) > 2
    assert all(float(each) >= 0 for each in sums), figures


async def goes_on_in_order(api: Api, conversation: str, parent: str | None = None) -> None:
    """The next question comes after what was said, whatever its time of day."""
    content = question(tokens=2)
    answer = await api.call(
        "POST", "chat", {"content": content, "conversation": conversation, "stream": False}
    )
    assert (answer.status, answer.json["content"]) == (200, words(2))
    tree = await api.get(f"conversations/{conversation}")
    assert tree["active"] == answer.json["id"]
    *_, before, asked, replied = tree["messages"]
    assert (replied["id"], asked["id"], before["id"]) == (tree["active"], replied["parent"], asked["parent"])
    assert parent is None or before["id"] == parent
