"""A client of `/v1` that goes before the end, comes back, or sends its call again."""

import asyncio

import pytest
from api.openai.calls import abandoned, chunks, is_interrupted, last_reply, post, read_chunks, texts, user
from api.reading import whole
from django.test import AsyncClient
from fakes.eventually import eventually
from fakes.fed_upstream import FedUpstream

QUESTION = user("Hello?")


async def test_a_client_that_goes_before_the_first_token_aborts(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    source = upstream.script(finish_reason=None)
    asking = asyncio.create_task(post(as_alice, QUESTION, stream=True))
    await source.opened.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await asyncio.wait_for(source.closed.wait(), 5)
    await eventually(is_interrupted)


async def test_a_client_that_goes_in_the_middle_leaves_what_had_arrived(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    source = upstream.script("Half", finish_reason=None)
    await abandoned(await post(as_alice, QUESTION, stream=True), source)
    assert (await last_reply())["content"] == "Half"


async def test_a_stream_is_resumed_after_its_id(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    source = upstream.script("One ", finish_reason=None)
    headers = {"Idempotency-Key": "k1"}
    answer = await post(as_alice, QUESTION, stream=True, headers=headers)
    pieces = aiter(answer)
    first = (await anext(pieces)).decode()
    while "One " not in first:
        first += (await anext(pieces)).decode()
    position = [line for line in first.splitlines() if line.startswith("id: ")][-1].removeprefix("id: ")
    await pieces.aclose()
    answer.close()
    source.text("two")
    source.end()
    again = await post(as_alice, QUESTION, stream=True, headers=headers | {"Last-Event-ID": position})
    assert texts(await chunks(again)) == "two"
    joined = await post(as_alice, QUESTION, stream=True, headers=headers)
    assert "One two" in texts(await chunks(joined))
    done = (await whole(await post(as_alice, QUESTION, stream=True, headers=headers))).rstrip()
    end = [line for line in done.splitlines() if line.startswith("id: ")][-1].removeprefix("id: ")
    over = await post(as_alice, QUESTION, stream=True, headers={"Last-Event-ID": end})
    assert over.status_code == 204
    assert len(upstream.calls) == 1


async def test_who_saw_more_than_a_killed_server_saved_is_told_and_gets_nothing_twice(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    upstream.script("One ")
    read = await whole(await post(as_alice, QUESTION, stream=True))
    position = next(line for line in read.splitlines() if line.startswith("id: ") and line.endswith(".0.4"))
    beyond = {"Last-Event-ID": position.removeprefix("id: ").removesuffix(".4") + ".14"}
    [told] = await chunks(await post(as_alice, QUESTION, stream=True, headers=beyond))
    assert told["error"]["code"] == "text_lost"
    path = f"/api/v1/messages/{(await last_reply())['id']}/stream"
    [told] = read_chunks(await whole(await as_alice.get(f"{path}?format=openai", headers=beyond)))
    assert told["error"]["code"] == "text_lost"
    assert await whole(await as_alice.get(f"{path}?format=text", headers=beyond)) == ""


async def test_a_key_is_good_for_one_call_only(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    upstream.script("Hi")
    headers = {"Idempotency-Key": "k1"}
    assert (await post(as_alice, QUESTION, headers=headers)).status_code == 200
    assert (await post(as_alice, user("Other?"), headers=headers)).status_code == 409
