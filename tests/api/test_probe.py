"""`GET probe`: a stream that says when each of its pieces was sent, for those who try the way."""

import asyncio
import json
import time
from itertools import pairwise
from typing import Any

import pytest
from api.reading import error_of, whole
from django.test import AsyncClient
from pytest_django import Settings

from chat import service
from chat.audit.log import SERVER
from chat.auth.keys import revoke_keys
from chat.database import in_database
from chat.models import ApiKey
from chat.service.listeners import end_revoked_listeners

PROBE = "/api/v1/probe"


def said(stream: str, form: str = "sse") -> list[dict[str, Any]]:
    if form == "sse":
        blocks = stream.split("\n\n")[:-1]
        assert all(block.startswith("data: ") for block in blocks)
        return [json.loads(block[6:]) for block in blocks]
    return [json.loads(line) for line in stream.splitlines()]


@pytest.mark.parametrize(
    ("form", "kind"),
    [("sse", "text/event-stream"), ("ndjson", "application/x-ndjson"), ("text", "text/plain")],
)
async def test_its_pieces_say_when_they_were_sent_under_the_headers_of_a_reply(
    as_alice: AsyncClient, form: str, kind: str
) -> None:
    before = time.time()
    response = await as_alice.get(PROBE, {"seconds": "1", "format": form})
    assert response["Content-Type"].partition(";")[0] == kind
    assert response["X-Accel-Buffering"] == "no"
    assert "no-transform" in response["Cache-Control"]
    begin, *pieces, over = said(await whole(response), form)
    assert (begin["type"], over["type"], begin["pieces"]) == ("begin", "over", len(pieces))
    assert [piece["number"] for piece in pieces] == list(range(10))
    times = [one["sent"] for one in (begin, *pieces, over)]
    assert times[0] >= before
    assert times[-1] <= time.time()
    assert all(later - earlier > 0.05 for earlier, later in pairwise(times[:-1]))


async def test_it_says_how_the_request_arrived_and_none_of_its_secrets(as_alice: AsyncClient) -> None:
    told = {"Accept-Encoding": "gzip", "Via": "1.1 office", "X-Forwarded-For": "10.0.0.1"}
    stream = await whole(await as_alice.get(PROBE, {"seconds": 1}, headers=told))
    seen = said(stream)[0]["request"]
    assert (seen["accept_encoding"], seen["via"], seen["forwarded"]) == ("gzip", "1.1 office", True)
    assert "Bearer" not in stream


async def test_each_stream_is_another_one(as_alice: AsyncClient) -> None:
    answers = await asyncio.gather(*(as_alice.get(PROBE, {"seconds": 1}) for _ in range(2)))
    runs = {said(await whole(answer))[0]["run"] for answer in answers}
    assert len(runs) == 2


async def test_it_says_whether_an_earlier_one_of_the_same_user_is_open_still(
    as_alice: AsyncClient, as_bob: AsyncClient
) -> None:
    async def still(client: AsyncClient, run: str) -> bool | None:
        told: bool | None = said(await whole(await client.get(PROBE, {"seconds": "1", "still": run})))[0][
            "still"
        ]
        return told

    response: Any = await as_alice.get(PROBE, {"seconds": 60})
    pieces = aiter(response)  # held: a stream that nobody reads any more ends
    [begin] = said((await anext(pieces)).decode())
    assert begin["still"] is None
    assert await still(as_alice, begin["run"]) is True
    assert await still(as_bob, begin["run"]) is False
    response.close()
    await asyncio.sleep(0)  # Django closes from another thread, so the leaving is the loop's next step
    assert await still(as_alice, begin["run"]) is False


async def test_silence_and_size_are_chosen(as_alice: AsyncClient) -> None:
    stream = await whole(await as_alice.get(PROBE, {"seconds": 1, "silence": 1, "bytes": 5000}))
    begin, *pieces, _over = said(stream)
    gaps = [later["sent"] - earlier["sent"] for earlier, later in pairwise(pieces)]
    assert begin["silence"] == 1
    assert [index for index, gap in enumerate(gaps) if gap > 0.9] == [4]
    assert {len(piece["padding"]) for piece in pieces} == {500}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seconds", "0"),
        ("seconds", "61"),
        ("silence", "301"),
        ("bytes", "1000001"),
        ("bytes", "-1"),
        ("seconds", "x"),
        ("format", "openai"),
        ("secnods", "1"),
    ],
)
async def test_what_is_out_of_range_or_unknown_is_refused(
    as_alice: AsyncClient, name: str, value: str
) -> None:
    response = await as_alice.get(PROBE, {name: value})
    assert (response.status_code, error_of(response)["param"]) == (400, name)


async def test_it_is_counted_as_a_request_and_limited_like_sockets(
    as_alice: AsyncClient, settings: Settings
) -> None:
    settings.CHAT_MAX_SOCKETS_PER_USER = 1
    settings.CHAT_REQUESTS_PER_MINUTE = 3
    first = await as_alice.get(PROBE, {"seconds": 1})
    second = await as_alice.get(PROBE, {"seconds": 1})
    assert (second.status_code, error_of(second)["code"]) == (429, "too_many_sockets")
    first.close()
    await asyncio.sleep(0)  # Django closes from another thread, so the leaving is the loop's next step
    third = await as_alice.get(PROBE, {"seconds": 1})
    assert third.status_code == 200
    third.close()
    assert (await as_alice.get(PROBE)).status_code == 429


async def test_nobody_else_gets_it(nobody: AsyncClient) -> None:
    assert (await nobody.get(PROBE)).status_code == 401


async def test_a_revoked_key_ends_it_without_its_last_word(as_alice: AsyncClient) -> None:
    response: Any = await as_alice.get(PROBE, {"seconds": 60})
    pieces = aiter(response)
    await anext(pieces)
    await in_database(revoke_keys, SERVER, ApiKey.objects.all())
    await end_revoked_listeners()
    async with asyncio.timeout(5):
        rest = b"".join([piece async for piece in pieces])
    assert b'"over"' not in rest


async def test_a_restart_waits_for_none(as_alice: AsyncClient) -> None:
    response: Any = await as_alice.get(PROBE, {"seconds": 60})
    pieces = aiter(response)
    await anext(pieces)
    reading = asyncio.create_task(whole_of(pieces))
    await service.drain()
    async with asyncio.timeout(5):
        assert b'"over"' not in await reading
    assert (await as_alice.get(PROBE)).status_code == 503


async def whole_of(pieces: Any) -> bytes:
    return b"".join([piece async for piece in pieces])
