"""One call to `/v1/chat/completions`: its answer, streamed and whole, and what goes to the provider."""

from typing import Any

import pytest
from api.openai.calls import (
    assistant,
    chunks,
    last_reply,
    post,
    said,
    texts,
    user,
)
from api.reading import error_of
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream

from chat.chunks import Chunk, ToolCallPiece
from chat.errors import UpstreamError, UpstreamTimeout

QUESTION = user("Hello?")
WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


async def test_a_whole_answer_is_a_chat_completion(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    source = upstream.script("Hi ", "there", finish_reason=None)
    source.feed(Chunk(usage={"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}))
    source.end()
    answer = await post(as_alice, QUESTION)
    assert answer.status_code == 200
    value = answer.json()
    assert value["object"] == "chat.completion"
    assert value["model"] == "small"
    assert value["id"].startswith("chatcmpl-")
    assert value["usage"]["total_tokens"] == 5
    assert value["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hi there", "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ]
    assert answer["X-Conversation-Id"]
    assert answer["X-Message-Id"]


async def test_a_stream_is_chunks_with_text_in_each_and_done(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    source = upstream.script(finish_reason=None)
    source.feed(Chunk(reasoning="Hm."))
    source.text("Hi ", "there")
    source.end()
    read = await chunks(await post(as_alice, QUESTION, stream=True))
    assert read[-1] == "[DONE]"
    assert texts(read) == "Hi there"
    assert all(isinstance(chunk["choices"][0]["delta"]["content"], str) for chunk in read[:-1])
    assert read[-2]["choices"][0]["finish_reason"] == "stop"
    assert {chunk["object"] for chunk in read[:-1]} == {"chat.completion.chunk"}
    thinking = [chunk["choices"][0]["delta"].get("reasoning_content", "") for chunk in read[:-1]]
    assert "".join(thinking) == "Hm."


async def test_usage_comes_only_when_asked_for(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}
    for _ in range(2):
        source = upstream.script("Hi", finish_reason=None)
        source.feed(Chunk(usage=usage))
        source.end()
    plain = await chunks(await post(as_alice, QUESTION, stream=True))
    assert not any("usage" in chunk for chunk in plain[:-1])
    asked = await chunks(await post(as_alice, QUESTION, stream=True, stream_options={"include_usage": True}))
    assert asked[-2]["choices"] == []
    assert asked[-2]["usage"] == usage


@pytest.mark.parametrize("options", [None, {}, {"include_usage": None}, {"include_obfuscation": False}])
async def test_options_of_the_stream_may_say_nothing(
    as_alice: AsyncClient, upstream: FedUpstream, options: dict[str, Any] | None
) -> None:
    upstream.script("Hi")
    read = await chunks(await post(as_alice, QUESTION, stream=True, stream_options=options))
    assert texts(read) == "Hi"


async def test_messages_and_unknown_fields_go_to_the_provider_as_they_are(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    upstream.script("Hi")
    messages = [
        {"role": "developer", "content": "Be brief."},
        user([{"type": "text", "text": "Hello?"}]),
        assistant("Well", reasoning_content="Hm."),
        user("So?"),
    ]
    fields: dict[str, Any] = {
        "temperature": 0.5,
        "top_k": 4,
        "response_format": {"type": "json_object"},
        "tools": [WEATHER],
        "chat_template_kwargs": {"enable_thinking": False},
        "reasoning_effort": "low",
    }
    await said(as_alice, *messages, **fields)
    call = upstream.calls[0]
    assert list(call.messages) == messages
    assert call.params == fields
    assert call.verbatim


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"n": 2}, "n"),
        ({"logprobs": True}, "logprobs"),
        ({"audio": {"voice": "x"}}, "audio"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"functions": [{}]}, "functions"),
        ({"stream": "yes"}, "stream"),
        ({"store": 1}, "store"),
        ({"n": True}, "n"),
        ({"stream": True, "stream_options": 5}, "stream_options"),
        ({"stream": True, "stream_options": []}, "stream_options"),
        ({"stream": True, "stream_options": {"include_usage": "x"}}, "stream_options.include_usage"),
        ({"stream": True, "stream_options": {"include_usage": 1}}, "stream_options.include_usage"),
        ({"model": 5}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": "Hi"}, "messages"),
        ({"messages": [QUESTION] * 10_001}, "messages"),
        ({"model": "m" * 201}, "model"),
        ({"messages": [{"role": "king", "content": "Hi"}]}, "messages.0.role"),
        ({"messages": [{"role": {}, "content": "Hi"}]}, "messages.0.role"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages.0.content"),
        ({"messages": [user([{"type": "tool_call"}])]}, "messages.0.content.0"),
        ({"messages": [{"role": "tool", "content": "5"}]}, "messages.0.tool_call_id"),
        ({"messages": [user([{"type": "image_url"}])]}, "messages.0.content.0.image_url"),
        (
            {"messages": [user([{"type": "image_url", "image_url": {"url": "data:image/png;base64,#"}}])]},
            "messages.0.content.0.image_url.url",
        ),
    ],
)
async def test_what_would_break_the_saving_is_refused_by_name(
    as_alice: AsyncClient, upstream: FedUpstream, fields: dict[str, Any], param: str
) -> None:
    answer = await post(as_alice, QUESTION, **fields)
    assert answer.status_code == 400
    assert error_of(answer)["param"] == param
    assert not upstream.calls


async def test_tool_calls_come_whole_and_are_saved(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    for _ in range(2):
        source = upstream.script("Let me look.", finish_reason=None)
        source.feed(Chunk(tool_calls=(ToolCallPiece(0, "call_1", "weather", '{"city"'),)))
        source.feed(Chunk(tool_calls=(ToolCallPiece(0, arguments=': "Rome"}'),)))
        source.feed(Chunk(tool_calls=(ToolCallPiece(1, "call_2", "time", "{}"),)))
        source.end("tool_calls")
    expected = [
        {
            "id": "call_1",
            "type": "function",
            "function": {"name": "weather", "arguments": '{"city": "Rome"}'},
        },
        {"id": "call_2", "type": "function", "function": {"name": "time", "arguments": "{}"}},
    ]
    answer = (await post(as_alice, QUESTION, tools=[WEATHER])).json()
    assert answer["choices"][0]["finish_reason"] == "tool_calls"
    assert answer["choices"][0]["message"]["tool_calls"] == expected
    read = await chunks(await post(as_alice, QUESTION, tools=[WEATHER], stream=True))
    deltas = [chunk["choices"][0]["delta"] for chunk in read[:-1]]
    assert [call for delta in deltas for call in delta.get("tool_calls", ())] == [
        {"index": index, **call} for index, call in enumerate(expected)
    ]
    assert read[-2]["choices"][0]["finish_reason"] == "tool_calls"
    assert (await last_reply())["tool_calls"] == expected


async def test_instructions_alone_can_be_asked(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    for answer in ("One.", "Two."):
        upstream.script(answer)
        assert await said(as_alice, {"role": "system", "content": "Say a number."}) == answer
    assert list(upstream.calls[0].messages) == [{"role": "system", "content": "Say a number."}]


async def test_an_unknown_model_is_404(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    answer = await post(as_alice, QUESTION, model="nothing")
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "model_not_found"


LIMITED = UpstreamError("Later.", code="upstream_rate_limited", retry_after=7)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("error", "status", "headers"),
    [
        (LIMITED, 429, {"Retry-After": "7"}),
        (UpstreamError("No.", code="upstream_rejected"), 502, {"X-Should-Retry": "false"}),
        (UpstreamError("Broken."), 502, {}),
        (UpstreamTimeout("Late."), 504, {}),
    ],
)
async def test_an_early_failure_has_its_own_status(
    as_alice: AsyncClient,
    upstream: FedUpstream,
    stream: bool,
    error: UpstreamError,
    status: int,
    headers: dict[str, str],
) -> None:
    upstream.script(finish_reason=None).fail(error)
    answer = await post(as_alice, QUESTION, stream=stream)
    assert answer.status_code == status
    assert error_of(answer)["message"] == error.message
    assert answer["X-Message-Id"] == (await last_reply())["id"]
    assert {name: answer.get(name) for name in headers} == headers


async def test_a_failure_after_the_first_token_comes_in_the_stream(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    upstream.script("Half", finish_reason=None).fail(UpstreamError("Broken.", code="upstream_incomplete"))
    read = await chunks(await post(as_alice, QUESTION, stream=True))
    assert read[-1]["error"]["code"] == "upstream_incomplete"
    assert (await last_reply())["content"] == "Half"


async def test_without_a_key_nobody_is_answered(nobody: AsyncClient) -> None:
    answer = await post(nobody, QUESTION)
    assert answer.status_code == 401
    error_of(answer)


async def test_models_are_listed_as_openai_does(as_alice: AsyncClient) -> None:
    listed = (await as_alice.get("/v1/models")).json()
    assert listed["object"] == "list"
    assert [model["id"] for model in listed["data"]] == ["small", "large", "seeing"]
    assert {model["object"] for model in listed["data"]} == {"model"}
    assert (await as_alice.get("/v1/models/large")).json()["id"] == "large"
    missing = await as_alice.get("/v1/models/org/none")
    assert missing.status_code == 404
    assert error_of(missing)["code"] == "model_not_found"
    assert (await as_alice.get("/v1/embeddings")).status_code == 404
