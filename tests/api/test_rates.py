"""Requests per minute: told on every answer, refused over the limit, and what is not counted."""

from typing import Any

import pytest
from api.reading import ask, error_of, events
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream
from pytest_django import Settings

LIST = "/api/v1/conversations"


def left(response: Any) -> int:
    return int(response["X-RateLimit-Remaining"])


async def test_every_answer_tells_what_is_left(
    as_alice: AsyncClient, as_bob: AsyncClient, settings: Settings
) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE = 3
    first = await as_alice.get(LIST)
    assert (first["X-RateLimit-Limit"], left(first)) == ("3", 2)
    assert 0 < int(first["X-RateLimit-Reset"]) <= 60
    assert left(await as_alice.get("/api/v1/messages/none")) == 1
    assert left(await as_bob.get(LIST)) == 2


async def test_over_the_limit_is_429(as_alice: AsyncClient, settings: Settings) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE = 1
    await as_alice.get(LIST)
    for response in (await as_alice.get(LIST), await ask(as_alice)):
        assert response.status_code == 429
        assert 0 < int(response["Retry-After"]) <= 60
        assert left(response) == 0
        assert error_of(response)["type"] == "rate_limit_error"


async def test_following_stopping_and_resuming_are_not_counted(
    as_alice: AsyncClient, upstream: FedUpstream, settings: Settings
) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE = 1
    upstream.script("Hi")
    read = await events(await ask(as_alice))
    path = f"/api/v1/messages/{read[0]['reply']}"
    followed = await as_alice.get(f"{path}/stream")
    await events(followed)
    stopped = await as_alice.generic("POST", f"{path}/stop")
    body, position = {"content": "Hello?"}, {"Last-Event-ID": read[-1]["id"]}
    resumed = await as_alice.post("/api/v1/chat", body, "application/json", headers=position)
    assert [answer.status_code for answer in (followed, stopped, resumed)] == [200, 200, 204]
    assert left(resumed) == 0


@pytest.mark.parametrize("limit", [1, 2])
async def test_joining_by_idempotency_key_is_not_counted(
    as_alice: AsyncClient, upstream: FedUpstream, settings: Settings, limit: int
) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE = limit
    upstream.script("Hi")
    body, key = {"content": "Hello?"}, {"Idempotency-Key": "k-1"}
    first = await as_alice.post("/api/v1/chat", body, "application/json", headers=key)
    await events(first)
    second = await as_alice.post("/api/v1/chat", body, "application/json", headers=key)
    assert second.status_code == 200
    assert second["X-Message-Id"] == first["X-Message-Id"]
    assert left(second) == limit - 1
    await events(second)
    assert len(upstream.calls) == 1


async def test_a_new_key_over_the_limit_is_refused(as_alice: AsyncClient, settings: Settings) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE = 1
    await as_alice.get(LIST)
    headers = {"Idempotency-Key": "new"}
    response = await as_alice.post("/api/v1/chat", {"content": "?"}, "application/json", headers=headers)
    assert response.status_code == 429


async def test_a_lifted_limit_tells_nothing(as_alice: AsyncClient, settings: Settings) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE = 0
    assert "X-RateLimit-Limit" not in await as_alice.get(LIST)
