"""The two ways to cut a reply off: a client that goes, somebody who says stop. What had arrived is kept."""

import asyncio
import statistics
from typing import Any

import pytest
from process.harness.calls import Api
from process.harness.scripts import ProviderLog, now, question, words
from process.harness.sockets import Socket
from process.harness.transports import Transport, over

pytestmark = pytest.mark.process

ABORT_SECONDS = 0.3
"""From the client's close to the provider's connection closed."""
STOPS = 20
STOP_SECONDS = 1.0
"""A generous bound: the measured median is printed, and is some milliseconds on an idle machine."""

CONNECTING = {"fail": "hang"}
SILENT = {"tokens": 9, "fail": "stall", "after": 0}
"""Headers, and then no token."""
MIDDLE = {"tokens": 9, "fail": "stall", "after": 3}


async def closing_time(log: ProviderLog, content: str, since: float) -> float:
    """Seconds from then to the provider's connection closed."""
    closed: float = (await log.closed(content))["closed"]
    return closed - since


async def quickly(attempt: Any) -> None:
    """A bound in time, kept in one of three attempts: the machine may be busy with something else."""
    for left in (2, 1, 0):
        seconds = await attempt()
        if seconds < ABORT_SECONDS:
            return
        assert left, f"the provider's connection was closed after {seconds:.3f} s"


@pytest.mark.parametrize(
    ("script", "text"), [(SILENT, ""), (MIDDLE, words(3))], ids=["before the first token", "in the middle"]
)
async def test_an_abort_closes_the_provider_at_once_and_keeps_what_had_arrived(
    transport: Transport, alice: Api, log: ProviderLog, script: dict[str, Any], text: str
) -> None:
    async def attempt() -> float:
        content = question(**script)
        async with transport.ask(content) as stream:
            reply = await stream.started()
            await stream.until(lambda reading: reading.text == text)
            await log.reached(content, text.count(" "))
            since = now()
            stream.cut()
        seconds = await closing_time(log, content, since)
        message = await alice.settled(reply)
        assert (message["status"], message["content"]) == ("interrupted", text)
        assert message["error"] is None
        return seconds

    await quickly(attempt)


async def test_an_abort_while_connecting_closes_the_provider(
    transport: Transport, alice: Api, log: ProviderLog
) -> None:
    content = question(**CONNECTING)
    async with transport.ask(content) as stream:
        reply = await stream.started()
        await log.reached(content)
        stream.cut()
    await log.closed(content)
    message = await alice.settled(reply)
    assert (message["status"], message["content"]) == ("interrupted", "")


async def test_a_client_that_goes_before_the_answer_began_is_an_abort(alice: Api, log: ProviderLog) -> None:
    contents = []
    for delay in (0.001, 0.003, 0.01, 0.03):
        contents.append(question(**SILENT))
        call = asyncio.create_task(alice.call("POST", "chat", {"content": contents[-1]}))
        await asyncio.sleep(delay)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
    # A request that was cut early enough was never asked; the others are ended, and closed at the provider.
    newest = await alice.get("conversations", params={"limit": "10"})
    for row in newest["results"]:
        if row["active"] is not None:
            assert (await alice.settled(row["active"]))["status"] != "streaming"
    for content in contents:
        if await log.of(content):
            await log.closed(content)


async def test_a_waiting_caller_that_goes_is_an_abort_too(alice: Api, log: ProviderLog) -> None:
    content = question(**MIDDLE)
    call = asyncio.create_task(alice.call("POST", "chat", {"content": content, "stream": False}))
    await log.reached(content, 3)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    await log.closed(content)


async def test_a_socket_that_closes_properly_is_an_abort_too(alice: Api, log: ProviderLog) -> None:
    content = question(**MIDDLE)
    async with Socket.open(alice.url, alice.headers) as socket:
        start = await socket.answer({"type": "send", "content": content})
        await socket.next_of("delta")
    await log.closed(content)
    assert (await alice.settled(start["reply"]))["status"] == "interrupted"


@pytest.mark.parametrize(
    ("script", "text"),
    [(CONNECTING, ""), (SILENT, ""), (MIDDLE, words(3))],
    ids=["while connecting", "before the first token", "in the middle"],
)
async def test_stop_is_answered_when_the_provider_is_closed_and_the_text_is_safe(
    transport: Transport, alice: Api, log: ProviderLog, script: dict[str, Any], text: str
) -> None:
    content = question(**script)
    async with transport.ask(content) as stream:
        reply = await stream.started()
        await stream.until(lambda reading: reading.text == text)
        await log.reached(content, text.count(" "))
        message = await transport.stop(reply)
        answered = now()
        reading = await stream.rest()
    assert (message["status"], message["content"], message["error"]) == ("stopped", text, None)
    assert (reading.status, reading.text) == ("stopped", text)
    # Ours is closed when the answer is sent; the provider's own process needs a turn to see it.
    assert await closing_time(log, content, answered) < ABORT_SECONDS


async def test_the_first_stop_decides_and_the_others_agree(alice: Api) -> None:
    asked = await alice.ask_behind(question(**MIDDLE))
    stops = await asyncio.gather(*(alice.stop(asked["reply"]) for _ in range(5)))
    assert all(message == stops[0] for message in stops)
    assert await alice.stop(asked["reply"]) == stops[0]


async def test_a_stop_after_the_end_changes_nothing(alice: Api) -> None:
    asked = await alice.ask_behind(question(tokens=2))
    message = await alice.settled(asked["reply"])
    assert await alice.stop(asked["reply"]) == message
    assert message["status"] == "complete"


async def test_a_stop_right_after_the_ask_is_a_stop(alice: Api) -> None:
    for _ in range(5):
        asked = await alice.ask_behind(question(tokens=50, delay=0.02))
        message = await alice.stop(asked["reply"])
        assert message["status"] == "stopped"
        assert words(50).startswith(message["content"])


async def test_a_stop_races_the_end_and_the_text_is_whole(alice: Api) -> None:
    for tokens in range(1, 9):
        async with over(alice, "sse").ask(question(tokens=tokens)) as stream:
            reply = await stream.started()
            message = await alice.stop(reply)
            reading = await stream.rest()
        assert reading.text == message["content"]
        assert reading.status == message["status"]
        assert message["status"] in ("complete", "stopped")
        if message["status"] == "complete":
            assert message["content"] == words(tokens)


async def test_a_caller_that_waits_for_a_stopped_reply_gets_200_with_the_message(
    alice: Api, log: ProviderLog
) -> None:
    content = question(**MIDDLE)
    headers = {"Idempotency-Key": content[:20]}
    body = {"content": content, "stream": False}
    call = asyncio.create_task(alice.call("POST", "chat", body, headers=headers))
    await log.reached(content, 3)
    joined = await alice.call("GET", "conversations", params={"limit": "1"})
    reply = joined.json["results"][0]["active"]
    message = await alice.stop(reply)
    answer = await call
    assert (answer.status, answer.json) == (200, message)


async def test_stop_is_answered_quickly(alice: Api, log: ProviderLog) -> None:
    seconds = []
    for _ in range(STOPS):
        async with over(alice, "sse").ask(question(tokens=500, delay=0.02)) as stream:
            await stream.words(2)
            since = now()
            await alice.stop(stream.reading.start["reply"])
            seconds.append(now() - since)
    median = statistics.median(seconds)
    print(f"\nstop: median {median * 1000:.1f} ms, slowest {max(seconds) * 1000:.1f} ms of {STOPS}")
    assert median < STOP_SECONDS
