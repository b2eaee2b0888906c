"""The official OpenAI client for Python against a real server: every call of the contract, as it comes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI
from process.harness.calls import Api
from process.harness.people import Person
from process.harness.processes import Server
from process.harness.scripts import ProviderLog, question

pytestmark = pytest.mark.process

MODEL = "scripted"


@pytest.fixture
async def client(server: Server, people: dict[str, Person]) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key=people["alice"].key) as client:
        yield client


def asked(**script: Any) -> list[Any]:
    return [{"role": "user", "content": question(**script)}]


async def test_a_whole_completion(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model=MODEL, messages=asked(text="Hello 😀 world"))
    [choice] = answer.choices
    assert (choice.message.content, choice.finish_reason) == ("Hello 😀 world", "stop")
    assert answer.usage is not None


async def test_a_stream_with_its_usage(client: AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model=MODEL,
        messages=asked(tokens=20),
        stream=True,
        stream_options={"include_usage": True},
    )
    text, usage = "", None
    async for chunk in stream:
        text += "".join(choice.delta.content or "" for choice in chunk.choices)
        usage = chunk.usage or usage
    assert text == "".join(f"word{number} " for number in range(20))
    assert usage is not None


async def test_the_clients_own_helper_for_streams_takes_tool_calls(client: AsyncOpenAI) -> None:
    call = {"id": "call_1", "name": "weather", "arguments": '{"city": "Rome"}'}
    tool: Any = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    messages = asked(text="Let me see.", tool_calls=[call])
    async with client.chat.completions.stream(model=MODEL, messages=messages, tools=[tool]) as stream:
        final = await stream.get_final_completion()
    [choice] = final.choices
    assert choice.finish_reason == "tool_calls"
    assert choice.message.tool_calls is not None
    [told] = choice.message.tool_calls
    assert (told.id, told.function.name, told.function.arguments) == (
        "call_1",
        "weather",
        '{"city": "Rome"}',
    )


async def test_models_are_listed_and_read(client: AsyncOpenAI) -> None:
    listed = [model.id async for model in client.models.list()]
    assert MODEL in listed
    assert (await client.models.retrieve(MODEL)).id == MODEL
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("nothing")


async def test_errors_are_raised_as_their_classes(client: AsyncOpenAI, server: Server) -> None:
    once = client.with_options(max_retries=0)
    with pytest.raises(openai.NotFoundError):
        await once.chat.completions.create(model="nothing", messages=asked())
    with pytest.raises(openai.BadRequestError) as refused:
        await once.chat.completions.create(model=MODEL, messages=asked(), n=2)
    assert refused.value.param == "n"
    with pytest.raises(openai.RateLimitError) as limited:
        await once.chat.completions.create(
            model=MODEL, messages=asked(fail="status", status=429, retry_after="3")
        )
    assert limited.value.response.headers["retry-after"] == "3"
    with pytest.raises(openai.InternalServerError) as failed:
        await once.chat.completions.create(
            model=MODEL, messages=asked(fail="status", status=500), stream=True
        )
    assert failed.value.status_code == 502
    async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key="wrong") as stranger:
        with pytest.raises(openai.AuthenticationError):
            await stranger.models.list()


async def test_what_the_provider_refuses_is_not_tried_again(client: AsyncOpenAI, log: ProviderLog) -> None:
    messages = asked(fail="status", status=400, error={"message": "No such field."})
    with pytest.raises(openai.InternalServerError):
        await client.chat.completions.create(model=MODEL, messages=messages)
    assert len(await log.of(messages[0]["content"])) == 1


async def test_a_failure_in_the_middle_is_raised_and_what_came_is_there(client: AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model=MODEL, messages=asked(tokens=4, fail="cut", after=2), stream=True
    )
    pieces = (chunk.choices[0].delta.content or "" async for chunk in stream)
    read = await anext(pieces)
    while read != "word0 word1 ":
        read += await anext(pieces)
    with pytest.raises(openai.APIError):
        await anext(pieces)


async def test_an_abort_closes_the_providers_request_and_keeps_what_came(
    client: AsyncOpenAI, alice: Api, log: ProviderLog
) -> None:
    messages = asked(tokens=50, delay=0.1)
    stream = await client.chat.completions.create(model=MODEL, messages=messages, stream=True)
    reply = stream.response.headers["x-message-id"]
    text = ""
    async for chunk in stream:
        text += chunk.choices[0].delta.content or ""
        if text.count("word") == 3:
            break
    await stream.close()
    await log.closed(messages[0]["content"])
    saved = await alice.settled(reply)
    assert saved["status"] == "interrupted"
    assert saved["content"].startswith(text)


async def test_a_time_out_of_the_client_is_an_abort(client: AsyncOpenAI, log: ProviderLog) -> None:
    messages = asked(fail="hang")
    with pytest.raises(openai.APITimeoutError):
        await client.with_options(timeout=0.5, max_retries=0).chat.completions.create(
            model=MODEL, messages=messages
        )
    await log.closed(messages[0]["content"])


async def test_growing_histories_of_several_programs_at_once(client: AsyncOpenAI, alice: Api) -> None:
    async def talk(name: str) -> str:
        messages: list[Any] = []
        conversations = set()
        for turn in range(3):
            messages += asked(text=f"{name} {turn}")
            raw = await client.chat.completions.with_raw_response.create(model=MODEL, messages=messages)
            conversations.add(raw.headers["x-conversation-id"])
            messages.append(raw.parse().choices[0].message.model_dump(exclude_none=True))
        [conversation] = conversations
        return conversation

    found = await asyncio.gather(*(talk(name) for name in ("one", "two", "three")))
    assert len(set(found)) == 3
    for name, conversation in zip(("one", "two", "three"), found, strict=True):
        tree = (await alice.get(f"conversations/{conversation}"))["messages"]
        assert [message["content"] for message in tree if message["role"] == "assistant"] == [
            f"{name} {turn}" for turn in range(3)
        ]
