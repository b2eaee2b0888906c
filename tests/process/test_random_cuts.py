"""Random cuts and resumes, SSE, NDJSON and WebSocket mixed: no gap, no overlap, the text that was sent."""

import asyncio
import os
import random
from typing import Any

import pytest
from process.harness.calls import Api
from process.harness.reading import Reading
from process.harness.scripts import ProviderLog, question
from process.harness.sse_lines import SseLines
from process.harness.transports import over

pytestmark = pytest.mark.process

ROUNDS = int(os.environ.get("TEST_PROCESS_ROUNDS", "300"))
"""Cuts and resumes; the judges' figure is 1,000."""
CUTS = 6
"""Of one reply, at most: the rest is read in peace."""
AT_ONCE = 10
ALPHABET = "abc \n#*`|世界汉字😀👩‍👩‍👧e\u0301ก็\u0085\u2028"


async def cut_at_a_byte(api: Api, reply: str, reading: Reading, size: int) -> None:
    """Resume over SSE and drop the connection after that many bytes, also inside a line or a character."""
    headers = {"Last-Event-ID": reading.last_id} if reading.last_id else {}
    async with api.open("GET", f"messages/{reply}/stream?format=sse", headers=headers) as response:
        lines = SseLines()
        left = size
        while left and not reading.ended:
            data = await asyncio.wait_for(response.content.read(left), 20)
            if not data:
                return
            left -= len(data)
            for event in lines.feed(data):
                reading.take(event)


async def cut_after_events(api: Api, name: str, reply: str, reading: Reading, count: int) -> None:
    """Resume over this transport and drop the connection after so many events."""
    async with over(api, name).follow(reply, reading) as stream:
        for _ in range(count):
            if reading.ended or await stream.next() is None:
                return
        stream.cut()


async def one_reply(api: Api, log: ProviderLog, chance: random.Random) -> int:
    """Ask, be cut again and again, come back each time, and compare all three texts; the number of cuts."""
    text = "".join(chance.choices(ALPHABET, k=chance.randrange(50, 900)))
    script: dict[str, Any] = {
        "text": text,
        "tokens": chance.randrange(10, 120),
        "delay": chance.choice([0, 0.002, 0.005]),
        "write": chance.choice([0, 0, 5, 50]),
        "batch": chance.choice([1, 1, 4]),
    }
    if chance.random() < 0.5:
        script["reasoning"] = "".join(chance.choices(ALPHABET, k=chance.randrange(5, 200)))
    content = question(**script)
    reading = Reading()
    async with over(api, chance.choice(["sse", "ndjson", "websocket"])).ask(
        content, resume_window=30
    ) as stream:
        stream.reading = reading
        reply = await stream.started()
        stream.cut()
    cuts = 1
    while not reading.ended and cuts < CUTS:
        cuts += 1
        reading.resume()
        await cut_somewhere(api, reply, reading, chance)
    if not reading.ended:
        reading.resume()
        async with over(api, chance.choice(["sse", "ndjson", "websocket"])).follow(reply, reading) as stream:
            await stream.rest()
    assert (reading.overlaps, reading.restarts) == (0, 0)
    assert (reading.text, reading.reasoning) == (text, script.get("reasoning", ""))
    message = await api.message(reply)
    assert (message["content"], message["reasoning"] or "") == (reading.text, reading.reasoning)
    entries = await log.of(content)
    assert [entry["text"] for entry in entries] == [text]
    return cuts


async def cut_somewhere(api: Api, reply: str, reading: Reading, chance: random.Random) -> None:
    way = chance.choice(["byte", "byte", "sse", "ndjson", "websocket", "websocket"])
    if way == "byte":
        await cut_at_a_byte(api, reply, reading, chance.randrange(1, 1500))
    else:
        await cut_after_events(api, way, reply, reading, chance.randrange(0, 12))


async def test_cuts_at_random_leave_no_gap_and_no_overlap(alice: Api, log: ProviderLog) -> None:
    seed = int(os.environ.get("TEST_PROCESS_SEED", "20260101"))
    chance = random.Random(seed)
    cuts = 0
    while cuts < ROUNDS:
        await log.clear()
        replies = [one_reply(alice, log, random.Random(chance.random())) for _ in range(AT_ONCE)]
        cuts += sum(await asyncio.gather(*replies))
    print(f"\n{cuts} cuts and resumes, seed {seed}")
