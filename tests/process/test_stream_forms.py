"""The forms of a stream over HTTP: which one is chosen, its headers, its blocks, its silence."""

import asyncio
import json
import time
from typing import Any

import pytest
from process.harness.calls import Answer, Api
from process.harness.scripts import SCRIPTS, question, words
from process.harness.sse_lines import SseLines
from process.harness.transports import whole_chunks

pytestmark = pytest.mark.process

STREAM_HEADERS = ("X-Conversation-Id", "X-Message-Id")
AXIOS = "application/json, text/plain, */*"


async def asked(api: Api, accept: str | None = None, query: str = "", **fields: Any) -> Answer:
    body = {"content": question(tokens=3), **fields}
    return await api.call("POST", f"chat{query}", body, headers={"Accept": accept} if accept else {})


@pytest.mark.parametrize(
    ("accept", "query", "form"),
    [
        ("text/event-stream", "", "text/event-stream"),
        ("*/*", "", "text/event-stream"),
        (AXIOS, "", "text/event-stream"),
        ("application/x-ndjson", "", "application/x-ndjson"),
        ("text/plain", "", "text/plain"),
        ("text/plain, */*", "", "text/event-stream"),
        ("application/json", "?format=sse", "text/event-stream"),
        ("*/*", "?format=ndjson", "application/x-ndjson"),
        ("text/event-stream", "?format=text", "text/plain"),
        ("*/*", "?format=openai", "text/event-stream"),
    ],
)
async def test_the_form_is_chosen_by_format_else_by_accept(
    alice: Api, accept: str, query: str, form: str
) -> None:
    answer = await asked(alice, accept, query)
    assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (200, form)


async def test_no_accepted_form_is_406_and_asks_nothing(alice: Api) -> None:
    before = await alice.get("conversations", params={"limit": "1"})
    answer = await asked(alice, "image/png")
    assert (answer.status, answer.error["code"]) == (406, "not_acceptable")
    assert await alice.get("conversations", params={"limit": "1"}) == before


async def test_an_unknown_format_is_400(alice: Api) -> None:
    answer = await asked(alice, query="?format=xml")
    assert (answer.status, answer.error["param"]) == (400, "format")


async def test_what_does_not_exist_is_404_before_406(alice: Api) -> None:
    path = "messages/01890000-0000-7000-8000-000000000000/stream"
    answer = await alice.call("GET", path, headers={"Accept": "image/png"})
    assert (answer.status, answer.error["code"]) == (404, "not_found")


@pytest.mark.parametrize("form", ["sse", "ndjson", "text", "openai"])
async def test_every_stream_has_the_headers_that_keep_it_flowing(alice: Api, form: str) -> None:
    answer = await asked(alice.sending(Accept_Encoding="gzip, br"), query=f"?format={form}")
    control = {part.strip() for part in answer.headers["Cache-Control"].split(",")}
    assert control >= {"no-cache", "no-transform"}
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Encoding" not in answer.headers
    reply = await alice.message(answer.headers["X-Message-Id"])
    assert (reply["role"], reply["conversation"]) == ("assistant", answer.headers["X-Conversation-Id"])


async def test_an_sse_block_is_its_data_and_then_its_id(alice: Api) -> None:
    lines = SseLines()
    events: list[dict[str, Any]] = []
    body = {"content": question(tokens=10, delay=0.02, title="A title")}
    async with alice.open("POST", "chat", body, headers={"Accept": "text/event-stream"}) as response:
        async for chunk in whole_chunks(response):
            assert chunk.startswith(b":") or chunk.endswith(b"\n\n"), "a write ends with a block"
            written = lines.feed(chunk)
            assert not any("id" in event for event in written[:-1]), "only the last of a write has an id"
            events += written
    assert lines.retries == ["2000"]
    assert "retry" in lines.fields[0]
    assert lines.blank_blocks == 0
    for fields in lines.fields:
        kept = [name for name in fields if name != "retry"]
        assert kept in (["data"], ["data", "id"])
    assert all("id" not in event for event in events if event["type"] == "title")
    assert "id" in events[-1]


async def test_line_separators_are_escaped_in_every_json(alice: Api) -> None:
    for form in ("sse", "ndjson"):
        body = {"content": question(text=SCRIPTS)}
        answer = await alice.call("POST", f"chat?format={form}", body)
        text = answer.body.decode()
        assert not set(text) & {"\u0085", "\u2028", "\u2029"}
        assert "\\u2028" in text


async def test_the_text_form_is_the_text_alone(alice: Api) -> None:
    body = {"content": question(text=SCRIPTS, tokens=60, write=1, reasoning="not to be seen")}
    async with alice.open("POST", "chat?format=text", body) as response:
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        chunks = [chunk async for chunk in whole_chunks(response)]
    assert b"".join(chunks).decode() == SCRIPTS
    assert len(chunks) > 1


async def test_the_openai_form_has_chunks_and_done(alice: Api) -> None:
    lines = SseLines()
    async with alice.open("POST", "chat?format=openai", {"content": question(tokens=4)}) as response:
        reply = response.headers["X-Message-Id"]
        chunks = [event async for data in whole_chunks(response) for event in lines.feed(data)]
    assert lines.done
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert {chunk["id"] for chunk in chunks} == {reply} or {chunk["id"] for chunk in chunks} == {
        f"chatcmpl-{reply}"
    }
    texts = [choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"]]
    assert "".join(texts) == words(4)
    assert [choice["finish_reason"] for chunk in chunks for choice in chunk["choices"]][-1] == "stop"


async def test_an_openai_stream_resumes_by_its_ids(alice: Api) -> None:
    first = SseLines()
    body = {"content": question(tokens=30, delay=0.02), "resume_window": 10}
    texts: list[str] = []
    last_id = None
    async with alice.open("POST", "chat?format=openai", body) as response:
        reply = response.headers["X-Message-Id"]
        async for data in whole_chunks(response):
            texts += [text_of(chunk) for chunk in first.feed(data)]
            ids = [line[4:] for line in data.decode().split("\n") if line.startswith("id: ")]
            last_id = ids[-1] if ids else last_id
            if len("".join(texts).split()) >= 5:
                break
    assert last_id is not None
    second = SseLines()
    headers = {"Last-Event-ID": last_id}
    path = f"messages/{reply}/stream?format=openai"
    async with alice.open("GET", path, headers=headers) as response:
        async for data in whole_chunks(response):
            texts += [text_of(chunk) for chunk in second.feed(data)]
    assert "".join(texts) == words(30)
    assert second.done


def text_of(chunk: dict[str, Any]) -> str:
    return "".join(choice["delta"].get("content") or "" for choice in chunk["choices"])


async def test_fifteen_seconds_of_silence_are_broken_by_a_comment_or_a_ping(alice: Api) -> None:
    """One wait for both forms: this is the longest test of the suite."""

    async def first_sign(form: str) -> tuple[float, bytes]:
        body = {"content": question(fail="stall", after=1, tokens=5)}
        seen = b""
        async with alice.open("POST", f"chat?format={form}", body) as response:
            async for chunk in whole_chunks(response):
                seen += chunk
                if b"word0" in seen:
                    break
            began = time.monotonic()
            sign = b""
            async with asyncio.timeout(25):
                while sign == b"" or b'"title"' in sign:
                    sign = await anext(whole_chunks(response))
            return time.monotonic() - began, sign

    (sse_after, sse), (ndjson_after, ndjson) = await asyncio.gather(first_sign("sse"), first_sign("ndjson"))
    assert sse == b": keep-alive\n"
    assert json.loads(ndjson) == {"type": "ping"}
    assert ndjson.endswith(b"\n")
    assert min(sse_after, ndjson_after) > 13
    assert max(sse_after, ndjson_after) < 20


async def test_without_stream_the_message_is_the_answer(alice: Api) -> None:
    body = {"content": question(tokens=5), "stream": False}
    answer = await alice.call("POST", "chat", body, headers={"Accept": "image/png"})
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json == await alice.message(answer.headers["X-Message-Id"])
    assert (answer.json["content"], answer.json["status"]) == (words(5), "complete")
    assert answer.json["conversation"] == answer.headers["X-Conversation-Id"]


async def test_in_the_background_the_answer_names_what_runs(alice: Api, nobody: Api) -> None:
    body = {"content": question(tokens=5, delay=0.02), "background": True}
    answer = await alice.call("POST", "chat", body, headers={"Accept": "image/png"})
    assert answer.status == 202
    assert set(answer.json) == {"conversation", "request", "reply", "stream_url"}
    stream = await nobody.call("GET", answer.json["stream_url"])
    assert stream.status == 200
    assert b'"status":"complete"' in stream.body.replace(b": ", b":")
    assert (await alice.settled(answer.json["reply"]))["content"] == words(5)


async def test_after_the_end_a_follower_gets_204(alice: Api) -> None:
    answer = await asked(alice, "text/event-stream")
    last_id = [line[4:] for line in answer.body.decode().split("\n") if line.startswith("id: ")][-1]
    path = f"messages/{answer.headers['X-Message-Id']}/stream"
    by_header = await alice.call("GET", path, headers={"Last-Event-ID": last_id})
    by_query = await alice.call("GET", path, params={"last_event_id": last_id})
    by_other_query = await alice.call("GET", path, params={"lastEventId": last_id})
    for again in (by_header, by_query, by_other_query):
        assert (again.status, again.body) == (204, b"")
