"""`POST chat` in each form, whole and in the background."""

import json

import pytest
from api.reading import ask, error_of, events, text_of, whole
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream

from chat.errors import UpstreamError, UpstreamTimeout


async def test_a_question_is_answered_by_a_stream(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script("Hel", "lo 😀")
    response = await ask(as_alice)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/event-stream"
    assert "no-cache, no-transform" in response["Cache-Control"]
    assert response["X-Accel-Buffering"] == "no"
    read = await events(response)
    assert [event["type"] for event in read] == ["start", "delta", "end"] or text_of(read) == "Hello 😀"
    start, end = read[0], read[-1]
    assert (start["conversation"], start["reply"]) == (
        response["X-Conversation-Id"],
        response["X-Message-Id"],
    )
    assert (end["status"], end["length"]) == ("complete", 7)
    saved = (await as_alice.get(f"/api/v1/messages/{start['reply']}")).json()
    assert (saved["content"], saved["status"]) == ("Hello 😀", "complete")


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "text/event-stream"),
        ("*/*", "text/event-stream"),
        ("application/json, text/plain, */*", "text/event-stream"),
        ("text/html, text/event-stream", "text/event-stream"),
        ("application/x-ndjson", "application/x-ndjson"),
        ("application/x-ndjson, */*;q=0.1", "application/x-ndjson"),
        ("text/event-stream;q=0.5, application/x-ndjson", "application/x-ndjson"),
        ("text/plain", "text/plain; charset=utf-8"),
    ],
)
async def test_accept_chooses_the_form(
    as_alice: AsyncClient, upstream: FedUpstream, accept: str | None, content_type: str
) -> None:
    upstream.script("Hi")
    headers = {} if accept is None else {"accept": accept}
    response = await as_alice.post("/api/v1/chat", {"content": "?"}, "application/json", headers=headers)
    assert response["Content-Type"] == content_type
    assert "Hi" in await whole(response)


async def test_format_counts_more_than_accept(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script("Hi")
    path = "/api/v1/chat?format=text"
    response = await as_alice.post(
        path, {"content": "?"}, "application/json", headers={"accept": "text/event-stream"}
    )
    assert await whole(response) == "Hi"


async def test_ndjson_is_an_event_a_line(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script("Hi")
    lines = [
        json.loads(line) for line in (await whole(await ask(as_alice, query="?format=ndjson"))).splitlines()
    ]
    assert (lines[0]["type"], text_of(lines), lines[-1]["type"]) == ("start", "Hi", "end")
    assert "id" in lines[-1]


async def test_openai_chunks_end_with_done(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script("Hi")
    stream = await whole(await ask(as_alice, query="?format=openai"))
    assert '"delta":{"content":"Hi"}' in stream
    assert "data: [DONE]\n" in stream


async def test_blocks_come_rendered_where_asked(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script("A *block*.")
    read = await events(await ask(as_alice, query="?render=html"))
    (block,) = [event for event in read if event["type"] == "block"]
    assert (block["index"], block["offset"], block["length"]) == (0, 0, 10)


async def test_the_whole_message_comes_without_a_stream(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script("Hi")
    path, headers = "/api/v1/chat", {"accept": "image/png"}
    response = await as_alice.post(
        path, {"content": "?", "stream": False}, "application/json", headers=headers
    )
    assert response.status_code == 200
    message = response.json()
    assert (message["content"], message["id"]) == ("Hi", response["X-Message-Id"])
    assert message["conversation"] == response["X-Conversation-Id"]


@pytest.mark.parametrize("error", [UpstreamError("It failed."), UpstreamTimeout("It took too long.")])
async def test_a_failure_without_a_stream_names_what_was_saved(
    as_alice: AsyncClient, upstream: FedUpstream, error: UpstreamError
) -> None:
    source = upstream.script("Ha", finish_reason=None)
    source.fail(error)
    response = await ask(as_alice, stream=False)
    assert response.status_code == error.status
    assert error_of(response)["code"] == error.code
    saved = (await as_alice.get(f"/api/v1/messages/{response['X-Message-Id']}")).json()
    assert (saved["status"], saved["content"]) == ("failed", "Ha")


async def test_a_failure_in_a_stream_is_its_end(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script(finish_reason=None).fail(UpstreamError("It failed."))
    end = (await events(await ask(as_alice)))[-1]
    assert (end["type"], end["status"], end["error"]["code"]) == ("end", "failed", "upstream_failed")


async def test_in_the_background_the_ids_come_at_once(
    as_alice: AsyncClient, nobody: AsyncClient, upstream: FedUpstream
) -> None:
    upstream.script("Hi")
    response = await ask(as_alice, background=True)
    assert response.status_code == 202
    value = response.json()
    assert set(value) == {"conversation", "request", "reply", "stream_url"}
    assert value["reply"] == response["X-Message-Id"]
    assert text_of(await events(await nobody.get(value["stream_url"]))) == "Hi"


async def test_an_event_source_may_ask_by_get(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script("Hi")
    query = {"content": "1 & 1?", "params": '{"temperature": 0.5}', "stream": "true", "resume_window": "3"}
    read = await events(await as_alice.get("/api/v1/chat", query))
    assert text_of(read) == "Hi"
    request = (await as_alice.get(f"/api/v1/messages/{read[0]['request']}")).json()
    assert request["content"] == "1 & 1?"
    assert upstream.calls[0].params == {"temperature": 0.5}


async def test_an_event_source_that_asked_by_get_resumes(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    upstream.script("Hi")
    first = await events(await as_alice.get("/api/v1/chat?content=Hm"))
    again = await as_alice.get("/api/v1/chat?content=Hm", headers={"Last-Event-ID": first[-1]["id"]})
    assert again.status_code == 204
    assert len(upstream.calls) == 1


async def test_an_edit_and_another_reply_and_more_of_it(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script("Once", finish_reason="length")
    first = (await events(await ask(as_alice)))[0]
    upstream.script(" upon")
    path = f"/api/v1/messages/{first['reply']}"
    more = await events(await as_alice.generic("POST", f"{path}/continue"))
    assert (more[0]["reply"], text_of(more)) == (first["reply"], " upon")
    upstream.script("Twice")
    other = await events(await as_alice.post(f"{path}/regenerate", {"params": {}}, "application/json"))
    assert other[0]["request"] == first["request"]
    assert other[0]["reply"] != first["reply"]
    refused = await as_alice.post(f"{path}/continue", {}, "application/json")
    assert refused.status_code == 409
