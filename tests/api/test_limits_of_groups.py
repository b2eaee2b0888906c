"""What a user's groups and keys say that they may use, as answers tell it."""

from decimal import Decimal
from typing import Any

import pytest
from api.reading import ask, error_of, events
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, User
from django.test import AsyncClient
from django.utils import timezone
from fakes.fed_upstream import FedUpstream
from pytest_django import Settings

from chat.models import ApiKey, GroupLimits, Spent

LIST = "/api/v1/conversations"


@sync_to_async
def limit(user: User, name: str, **said: Any) -> None:
    group = Group.objects.create(name=name)
    GroupLimits.objects.create(group=group, **said)
    user.groups.add(group)


@sync_to_async
def spend(user: User, tokens: int) -> None:
    Spent.objects.create(user=user, day=timezone.localdate(), model="m", completion_tokens=tokens)


async def test_the_most_generous_group_comes_before_the_site(
    as_alice: AsyncClient, as_bob: AsyncClient, alice: User, settings: Settings
) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE = 3
    await limit(alice, "Little", requests_per_minute=1, message_chars=5)
    await limit(alice, "More", requests_per_minute=7)
    assert (await as_alice.get(LIST))["X-RateLimit-Limit"] == "7"
    assert (await as_bob.get(LIST))["X-RateLimit-Limit"] == "3"
    assert (await ask(as_alice, content="Six of")).status_code == 413


async def test_a_change_holds_from_the_next_request_on(as_alice: AsyncClient, alice: User) -> None:
    await limit(alice, "Some", requests_per_minute=9)
    assert (await as_alice.get(LIST))["X-RateLimit-Remaining"] == "8"
    await GroupLimits.objects.aupdate(requests_per_minute=1)
    assert (await as_alice.get(LIST)).status_code == 429


async def test_sizes_and_sockets_are_a_groups_matter_too(
    as_alice: AsyncClient, alice: User, upstream: FedUpstream, settings: Settings, tmp_path: Any
) -> None:
    settings.CHAT_FILES_DIR = tmp_path
    await limit(alice, "Small", attachment_bytes=4, sockets=1)
    upload = await as_alice.post("/api/v1/attachments?name=a.txt", b"Hello", "application/octet-stream")
    assert error_of(upload)["code"] == "file_too_large"
    first: Any = await as_alice.get("/api/v1/live")
    assert first.status_code == 200
    assert error_of(await as_alice.get("/api/v1/live"))["code"] == "too_many_sockets"
    await first.streaming_content.aclose()


@pytest.mark.parametrize("path", ["/api/v1/chat", "/v1/chat/completions"])
async def test_used_up_tokens_are_told_and_not_to_be_tried_again(
    path: str, as_alice: AsyncClient, alice: User, upstream: FedUpstream
) -> None:
    await limit(alice, "Some", tokens_per_day=1000)
    await spend(alice, 1000)
    body = {"content": "?", "model": "small"}
    if path.startswith("/v1"):
        body = {"model": "small", "messages": [{"role": "user", "content": "?"}]}  # type: ignore[dict-item]
    response = await as_alice.post(path, body, "application/json")
    assert response.status_code == 429
    assert error_of(response)["code"] == "tokens_used_up"
    assert 1 <= int(response["Retry-After"]) <= 86400
    assert int(response["Retry-After-Ms"]) <= int(response["Retry-After"]) * 1000
    assert response["X-Should-Retry"] == "false"
    assert upstream.calls == []


async def test_v1_tells_what_is_left_as_openai_does(
    as_alice: AsyncClient, alice: User, upstream: FedUpstream, settings: Settings
) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE = 5
    await limit(alice, "Some", tokens_per_day=1000, cost_per_month=Decimal(5))
    await spend(alice, 100)
    upstream.script("Hi")
    call = {"model": "small", "messages": [{"role": "user", "content": "?"}]}
    answer = await as_alice.post("/v1/chat/completions", call, "application/json")
    assert answer.status_code == 200
    assert answer["x-ratelimit-limit-requests"] == "5"
    assert answer["x-ratelimit-remaining-requests"] == "4"
    assert answer["x-ratelimit-reset-requests"] in ("59s", "1m0s")
    assert answer["x-ratelimit-limit-tokens"] == "1000"
    assert answer["x-ratelimit-remaining-tokens"] == "900"
    assert answer["x-ratelimit-reset-tokens"].endswith("s")
    upstream.script("Hi")
    native = await ask(as_alice)
    await events(native)
    assert "x-ratelimit-limit-requests" not in native


async def test_a_key_may_be_slower_than_its_user(as_alice: AsyncClient, settings: Settings) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE = 100
    await ApiKey.objects.aupdate(requests_per_minute=2)
    assert (await as_alice.get(LIST))["X-RateLimit-Limit"] == "2"
    await as_alice.get(LIST)
    refused = await as_alice.get(LIST)
    assert refused.status_code == 429
    assert "This API key" in error_of(refused)["message"]


async def test_a_page_of_another_origin_may_read_what_is_left(
    as_alice: AsyncClient, settings: Settings
) -> None:
    settings.CHAT_CORS_ORIGINS = ["https://app.example"]
    answer = await as_alice.get("/v1/models", headers={"Origin": "https://app.example"})
    exposed = {name.strip().lower() for name in answer["Access-Control-Expose-Headers"].split(",")}
    told = {name.lower() for name in answer.headers if "ratelimit" in name.lower()}
    assert len(told) == 6
    assert told | {"retry-after", "retry-after-ms", "x-should-retry"} <= exposed


async def test_an_address_is_refused_before_anybody_is_looked_up(
    as_alice: AsyncClient, nobody: AsyncClient, settings: Settings
) -> None:
    settings.CHAT_REQUESTS_PER_MINUTE_PER_ADDRESS = 1
    assert (await as_alice.get(LIST)).status_code == 200
    assert (await as_alice.get(LIST)).status_code == 429
    assert (await nobody.get(LIST)).status_code == 429
