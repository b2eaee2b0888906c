"""A POST sent twice asks once: by `Last-Event-ID`, and by `Idempotency-Key` before the first event."""

import asyncio
from typing import Any

import pytest
from process.harness.calls import Api
from process.harness.reading import Reading
from process.harness.scripts import ProviderLog, question, words
from process.harness.sse_lines import SseLines
from process.harness.transports import OverHttp, whole_chunks

pytestmark = pytest.mark.process


async def read_on(api: Api, path: str, body: Any, reading: Reading, words_wanted: int, **headers: str) -> int:
    """POST, read until so many words are there or the stream ends, and drop the connection; the status."""
    lines = SseLines()
    async with api.sending(**headers).open("POST", path, body) as response:
        if response.status == 200:
            async for chunk in whole_chunks(response):
                for event in lines.feed(chunk):
                    reading.take(event)
                if reading.text.count(" ") >= words_wanted or reading.ended:
                    break
        return response.status


async def test_a_retried_post_with_a_last_event_id_resumes(alice: Api, log: ProviderLog) -> None:
    content = question(tokens=40, delay=0.015)
    body = {"content": content, "resume_window": 10}
    reading = Reading()
    await read_on(alice, "chat", body, reading, 5)
    while not reading.ended:
        assert reading.last_id is not None
        status = await read_on(
            alice, "chat", body, reading, reading.text.count(" ") + 8, Last_Event_ID=reading.last_id
        )
        assert status == 200
    assert (reading.text, reading.overlaps, reading.restarts) == (words(40), 0, 0)
    assert reading.last_id is not None
    assert await read_on(alice, "chat", body, reading, 99, Last_Event_ID=reading.last_id) == 204
    assert len(await log.of(content)) == 1


@pytest.mark.parametrize("verb", ["regenerate", "continue"])
async def test_a_retried_regenerate_or_continue_resumes_too(alice: Api, log: ProviderLog, verb: str) -> None:
    content = question(
        tokens=20, fail="cut", after=3, times=1, delay=0.01, then={"tokens": 20, "delay": 0.01}
    )
    first = await alice.call("POST", "chat", {"content": content})
    path = f"messages/{first.headers['X-Message-Id']}/{verb}"
    reading = Reading(text=words(3) if verb == "continue" else "")
    await read_on(alice, path, {"resume_window": 10}, reading, 6)
    assert reading.last_id is not None
    await read_on(alice, path, {"resume_window": 10}, reading, 99, Last_Event_ID=reading.last_id)
    assert reading.status == "complete"
    assert reading.text == (words(3) if verb == "continue" else "") + words(20)
    assert len(await log.of(content)) == 2


async def test_a_resumed_post_with_another_body_is_a_conflict(alice: Api) -> None:
    reading = Reading()
    await read_on(alice, "chat", {"content": question(tokens=3)}, reading, 99)
    assert reading.last_id is not None
    headers = {"Last-Event-ID": reading.last_id}
    answer = await alice.call("POST", "chat", {"content": question()}, headers=headers)
    assert (answer.status, answer.error["type"]) == (409, "invalid_request_error")


async def test_the_same_idempotency_key_joins_the_first_reply(alice: Api, log: ProviderLog) -> None:
    content = question(tokens=30, delay=0.01)
    headers = {"Idempotency-Key": content[:20]}
    body = {"content": content}

    async def ask() -> tuple[str, Reading]:
        reading = Reading()
        lines = SseLines()
        async with alice.open("POST", "chat", body, headers=headers) as response:
            async for chunk in whole_chunks(response):
                for event in lines.feed(chunk):
                    reading.take(event)
        return response.headers["X-Message-Id"], reading

    answers = await asyncio.gather(*(ask() for _ in range(5)))
    answers.append(await ask())
    assert len({reply for reply, _reading in answers}) == 1
    assert {reading.text for _reply, reading in answers} == {words(30)}
    assert len(await log.of(content)) == 1


async def test_a_post_cut_before_the_first_byte_is_asked_once(alice: Api, log: ProviderLog) -> None:
    content = question(tokens=10, header_delay=0.4, delay=0.01)
    headers = {"Idempotency-Key": content[:20]}

    first = asyncio.create_task(alice.call("POST", "chat", {"content": content}, headers=headers))
    await log.reached(content)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    answer = await alice.call("POST", "chat", {"content": content}, headers=headers)
    assert answer.status == 200
    assert (await alice.settled(answer.headers["X-Message-Id"]))["content"] == words(10)
    assert len(await log.of(content)) == 1


async def test_an_idempotency_key_with_another_body_is_a_conflict(alice: Api) -> None:
    headers = {"Idempotency-Key": question()[:20]}
    first = await alice.call("POST", "chat", {"content": question()}, headers=headers)
    other = await alice.call("POST", "chat", {"content": question()}, headers=headers)
    path = f"messages/{first.headers['X-Message-Id']}/regenerate"
    elsewhere = await alice.call("POST", path, {}, headers=headers)
    assert (first.status, other.status, elsewhere.status) == (200, 409, 409)
    assert other.error["type"] == "invalid_request_error"


async def test_an_idempotency_key_is_one_user_s_own(alice: Api, bob: Api) -> None:
    headers = {"Idempotency-Key": question()[:20]}
    body = {"content": question(tokens=2)}
    replies = {
        (await caller.call("POST", "chat", body, headers=headers)).headers["X-Message-Id"]
        for caller in (alice, bob)
    }
    assert len(replies) == 2


async def test_an_idempotency_key_opens_a_window_for_the_retry(alice: Api, log: ProviderLog) -> None:
    content = question(tokens=40, delay=0.02)
    reading = Reading()
    await read_on(alice, "chat", {"content": content}, reading, 3, Idempotency_Key=content[:20])
    message = await alice.settled(reading.start["reply"])
    assert (message["status"], message["content"]) == ("complete", words(40))


async def test_the_answer_without_a_stream_is_joined_as_well(alice: Api, log: ProviderLog) -> None:
    content = question(tokens=5, delay=0.02)
    headers = {"Idempotency-Key": content[:20]}
    body = {"content": content, "stream": False}
    answers = await asyncio.gather(*(alice.call("POST", "chat", body, headers=headers) for _ in range(3)))
    assert {answer.status for answer in answers} == {200}
    assert {answer.json["content"] for answer in answers} == {words(5)}
    assert len(await log.of(content)) == 1


@pytest.mark.parametrize(
    ("last_event_id", "status"),
    [("nonsense", 400), ("ü", 400), ("", None)],
    ids=["malformed", "not ASCII", "empty"],
)
async def test_a_malformed_id_is_refused(alice: Api, last_event_id: str, status: int | None) -> None:
    reply = (await alice.ask_behind(question(tokens=2)))["reply"]
    path = f"messages/{reply}/stream"
    answer = await alice.call("GET", path, params={"last_event_id": last_event_id})
    if status:
        assert (answer.status, answer.error["type"]) == (status, "invalid_request_error")
    else:
        assert answer.status == 200


async def read_whole(api: Api) -> Reading:
    async with OverHttp(api, "sse").ask(question(tokens=2)) as stream:
        return await stream.rest()


async def test_ids_of_other_replies_and_users_are_refused(alice: Api, bob: Api) -> None:
    mine, mine_too, theirs = [await read_whole(caller) for caller in (alice, alice, bob)]
    path = f"messages/{mine.start['reply']}/stream"
    of_another = await alice.call("GET", path, headers={"Last-Event-ID": str(mine_too.last_id)})
    of_bob = await alice.call("GET", path, headers={"Last-Event-ID": str(theirs.last_id)})
    posted = await alice.call(
        "POST", "chat", {"content": question()}, headers={"Last-Event-ID": str(theirs.last_id)}
    )
    assert (of_another.status, of_bob.status, posted.status) == (400, 404, 404)
