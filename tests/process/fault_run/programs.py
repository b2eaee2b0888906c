"""Programs that use the site: one call for a whole reply, and OpenAI's API with its chunks."""

import contextlib
import json
import random
import uuid

import aiohttp
from process.fault_run.visitors import LOST, PATIENCE, Habits, Visit, new_visit
from process.harness.calls import Api
from process.harness.scripts import now
from process.harness.transports import whole_chunks

STEADY = Habits(leave=0, stop=0, cut=0.5, longest=8)


def _new(chance: random.Random) -> Visit:
    """None whose provider stalls: a program presses no Stop, and would wait for a minute."""
    while (seen := new_visit(chance, STEADY)).fails == "stall":
        pass
    return seen


async def who_wait(api: Api, chance: random.Random) -> list[Visit]:
    """Not streamed: the same call with the same key, until it is answered."""
    seen = _new(chance)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"content": seen.content, "stream": False, **(seen.body or {})}
    while True:
        assert now() - seen.begin < PATIENCE, f"nobody answers {seen.content[:30]}"
        with contextlib.suppress(*LOST):
            answer = await api.call("POST", "chat", body, headers=key)
            seen.reply = answer.headers.get("X-Message-Id", "")
            if answer.status == 200:
                seen.reading.text = answer.json["content"]
                seen.reading.ended = answer.json
                break
            if seen.reply and answer.status in (502, 504):
                break
            assert answer.status in (429, 502, 503, 504), answer.body
    seen.end = now()
    return [seen]


async def of_openai(api: Api, chance: random.Random) -> list[Visit]:
    """A stream of chunks; after a cut the same call goes on after the last id, or by its key."""
    seen = _new(chance)
    body = {"model": "scripted", "stream": True, "messages": [{"role": "user", "content": seen.content}]}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    while seen.reading.ended is None and not seen.left:
        assert now() - seen.begin < PATIENCE, f"nobody answers {seen.content[:30]}"
        last = {"Last-Event-ID": seen.reading.last_id} if seen.reading.last_id else {}
        seen.reading = seen.reading.goes_on()
        with contextlib.suppress(*LOST):
            async with api.open("POST", "/v1/chat/completions", body, headers={**key, **last}) as response:
                seen.reply = response.headers.get("X-Message-Id", seen.reply)
                if response.status == 200:
                    cut = chance.randrange(1, 40) if chance.random() < STEADY.cut else None
                    await _read(seen, response, cut)
                elif "X-Message-Id" in response.headers and response.status in (429, 502, 504):
                    seen.reading.ended = {"status": "failed"}
                else:
                    assert response.status in (204, 429, 502, 503, 504), await response.read()
        seen.comebacks += 1
    seen.end = now()
    return [seen]


async def _read(seen: Visit, response: aiohttp.ClientResponse, cut: int | None) -> None:
    rest, number = b"", 0
    async for chunk in whole_chunks(response):
        *whole, rest = (rest + chunk).split(b"\n\n")
        for each in whole:
            _take(seen, dict(line.partition(": ")[::2] for line in each.decode().split("\n")))
            number += 1
            if seen.reading.ended or seen.left or number == cut:
                return


def _take(seen: Visit, block: dict[str, str]) -> None:
    """As an event of ours, so that one reading serves both."""
    reading = seen.reading
    id_ = {"id": block["id"]} if "id" in block else {}
    length = len(reading.text)
    if block.get("data") == "[DONE]":
        reading.take({"type": "end", "length": length, "status": "complete", **id_})
    elif "data" in block:
        chunk = json.loads(block["data"])
        if "error" in chunk and chunk["error"]["code"] == "text_lost":
            # Chunks cannot be taken back; whoever saw too much goes.
            seen.left, seen.restarts = True, 1
        elif "error" in chunk:
            status = "interrupted" if chunk["error"]["code"] == "interrupted" else "failed"
            reading.take({"type": "end", "length": length, "status": status, **id_})
        else:
            text = chunk["choices"][0]["delta"]["content"]
            kind = {"type": "delta", "text": text, "offset": length} if text else {"type": "chunk"}
            reading.take(kind | id_)
