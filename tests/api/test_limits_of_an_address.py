"""What is used from an address, as the ways to ask share it: whoever asks, and in whatever form."""

from typing import Any

import pytest
from api.conftest import Program
from api.reading import ask, error_of, whole
from fakes.fed_upstream import FedUpstream
from pytest_django import Settings

SCHOOL, HOME = "203.0.113.7", "198.51.100.1"


@pytest.fixture(autouse=True)
def limited(settings: Settings) -> Settings:
    settings.CHAT_TOKENS_PER_DAY_PER_ADDRESS = 1
    return settings


async def ask_as_openai(client: Program, address: str) -> Any:
    client.address = address
    call = {"model": "small", "messages": [{"role": "user", "content": "?"}]}
    return await client.post("/v1/chat/completions", call, "application/json")


async def ask_as_a_program(client: Program, address: str) -> Any:
    client.address = address
    return await ask(client)


@pytest.mark.parametrize("asked", [ask_as_openai, ask_as_a_program])
async def test_what_one_user_used_up_another_one_has_not_from_the_same_address(
    as_alice: Program, as_bob: Program, upstream: FedUpstream, asked: Any
) -> None:
    upstream.script("Hi")
    first = await asked(as_alice, SCHOOL)
    assert first.status_code == 200
    assert "Hi" in (await whole(first) if first.streaming else first.content.decode())
    refused = await asked(as_bob, SCHOOL)
    assert refused.status_code == 429
    assert error_of(refused)["code"] == "tokens_used_up"
    assert error_of(refused)["message"].startswith("Your address has used")
    assert refused["X-Should-Retry"] == "false"
    assert 1 <= int(refused["Retry-After"]) <= 86400
    upstream.script("Hi")
    assert (await asked(as_bob, HOME)).status_code == 200


async def test_v1_tells_what_the_address_has_left(
    as_alice: Program, upstream: FedUpstream, limited: Settings
) -> None:
    limited.CHAT_TOKENS_PER_DAY_PER_ADDRESS = 1000
    upstream.script("Hi")
    answer = await ask_as_openai(as_alice, SCHOOL)
    assert answer["x-ratelimit-limit-tokens"] == answer["x-ratelimit-remaining-tokens"] == "1000"
