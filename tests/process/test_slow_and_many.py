"""Clients that do not read, long replies, and many callers at once: nobody waits for anybody else."""

import asyncio
import contextlib

import pytest
from process.harness.calls import Api
from process.harness.scripts import ProviderLog, question, words
from process.harness.sse_lines import SseLines
from process.harness.transports import over, sse_events

pytestmark = pytest.mark.process


async def test_a_client_that_does_not_read_holds_nobody_up_and_loses_nothing(alice: Api) -> None:
    text = words(60_000)
    content = question(tokens=60_000, batch=50)
    async with alice.open("POST", "chat?format=sse", {"content": content}) as unread:
        reply = unread.headers["X-Message-Id"]
        async with over(alice, "websocket").follow(reply) as stream:
            assert (await stream.rest()).text == text
        joined = "".join(
            [event["text"] async for event in sse_events(unread, SseLines()) if event["type"] == "delta"]
        )
    assert joined == text
    assert (await alice.message(reply))["content"] == text


async def test_a_reply_of_a_hundred_thousand_characters_arrives_whole(alice: Api) -> None:
    text = "Ein langer Satz, 世界 und 😀. " * 4000
    async with over(alice, "sse").ask(question(text=text, tokens=2000), render="html") as stream:
        reading = await stream.rest()
    assert (reading.text, reading.overlaps) == (text, 0)
    last = reading.of_type("block")[-1]
    assert last["offset"] + last["length"] <= len(text)


async def test_many_ask_at_once_and_each_gets_its_own(alice: Api, bob: Api) -> None:
    async def one(number: int) -> None:
        api = (alice, bob)[number % 2]
        tokens = 5 + number % 7
        async with over(api, ("sse", "ndjson", "websocket")[number % 3]).ask(
            question(tokens=tokens, delay=0.005)
        ) as stream:
            reading = await stream.rest()
        assert reading.text == words(tokens)
        assert (await api.message(reading.start["reply"]))["content"] == words(tokens)

    async with asyncio.timeout(60):
        await asyncio.gather(*(one(number) for number in range(90)))


async def test_one_conversation_takes_one_question_at_a_time(alice: Api, log: ProviderLog) -> None:
    asked = await alice.ask_behind(question(tokens=1))
    await alice.settled(asked["reply"])
    body = {"conversation": asked["conversation"], "background": True}
    answers = await asyncio.gather(
        *(alice.call("POST", "chat", {**body, "content": question(tokens=4, delay=0.2)}) for _ in range(8))
    )
    assert sorted(answer.status for answer in answers) == [202] + [409] * 7
    conversation = await alice.get(f"conversations/{asked['conversation']}")
    assert len(conversation["messages"]) == 4


async def test_a_header_says_where_to_resume_before_the_query_does(alice: Api) -> None:
    async with over(alice, "sse").ask(question(tokens=3)) as stream:
        reading = await stream.rest()
    path = f"messages/{reading.start['reply']}/stream"
    headers = {"Last-Event-ID": str(reading.last_id)}
    answer = await alice.call("GET", path, params={"last_event_id": "nonsense"}, headers=headers)
    assert answer.status == 204


async def test_half_a_request_harms_nobody(alice: Api) -> None:
    host, port = alice.url.removeprefix("http://").split(":")
    async with contextlib.AsyncExitStack() as stack:
        for start in (
            b"",
            b"POST /api/v1/chat HTTP/1.1\r\nHost: x",
            b"\x16\x03\x01\x00",
            b"GET / HTTP/9\r\n\r\n",
        ):
            _reader, writer = await asyncio.open_connection(host, int(port))
            stack.callback(writer.close)
            writer.write(start)
        answer = await alice.call("POST", "chat", {"content": question(tokens=2), "stream": False})
    assert answer.json["content"] == words(2)
