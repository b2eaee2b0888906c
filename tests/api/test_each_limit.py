"""Each limit on asking: the refusal is told, with the time to wait, and a retry of what was let in joins."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from api.reading import ask, error_of, events, whole
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, User
from django.test import AsyncClient
from django.utils import timezone
from fakes.fed_upstream import FedUpstream
from pytest_django import Settings

from chat.limits import place_of
from chat.models import ApiKey, GroupLimits, Price, Spent, SpentFrom

Use = Callable[[User, Settings], None]


def of_group(**said: Any) -> Use:
    def use(user: User, settings: Settings) -> None:
        group = Group.objects.create(name="Limited")
        GroupLimits.objects.create(group=group, **said)
        user.groups.add(group)

    return use


def of_key(**said: Any) -> Use:
    def use(user: User, settings: Settings) -> None:
        ApiKey.objects.filter(user=user).update(**said)

    return use


def of_site(name: str, value: Any) -> Use:
    return lambda user, settings: setattr(settings, name, value)


LIMITS: dict[str, tuple[Use, str]] = {
    "requests of a user": (of_group(requests_per_minute=1), "rate_limit_exceeded"),
    "requests of a key": (of_key(requests_per_minute=1), "rate_limit_exceeded"),
    "requests of an address": (of_site("CHAT_REQUESTS_PER_MINUTE_PER_ADDRESS", 1), "rate_limit_exceeded"),
    "replies of a user": (of_group(streams=1), "too_many_streams"),
    "replies of a key": (of_key(streams=1), "too_many_streams"),
    "replies of an address": (of_site("CHAT_MAX_STREAMS_PER_ADDRESS", 1), "too_many_streams"),
    "tokens a day": (of_group(tokens_per_day=1000), "tokens_used_up"),
    "tokens a day of a key": (of_key(tokens_per_day=1000), "tokens_used_up"),
    "tokens a month": (of_group(tokens_per_month=1000), "tokens_used_up"),
    "tokens a month of a key": (of_key(tokens_per_month=1000), "tokens_used_up"),
    "cost a day": (of_group(cost_per_day=Decimal(1)), "budget_used_up"),
    "cost a day of a key": (of_key(cost_per_day=Decimal(1)), "budget_used_up"),
    "cost a month": (of_group(cost_per_month=Decimal(1)), "budget_used_up"),
    "cost a month of a key": (of_key(cost_per_month=Decimal(1)), "budget_used_up"),
    "tokens a day of an address": (of_site("CHAT_TOKENS_PER_DAY_PER_ADDRESS", 1000), "tokens_used_up"),
    "tokens a month of an address": (of_site("CHAT_TOKENS_PER_MONTH_PER_ADDRESS", 1000), "tokens_used_up"),
    "cost a day of an address": (of_site("CHAT_COST_PER_DAY_PER_ADDRESS", Decimal(1)), "budget_used_up"),
    "cost a month of an address": (of_site("CHAT_COST_PER_MONTH_PER_ADDRESS", Decimal(1)), "budget_used_up"),
}


def spend(user: User) -> None:
    today = timezone.localdate()
    Price.objects.create(model="m", since=today, prompt=0, completion=10_000)
    key = ApiKey.objects.get(user=user)
    Spent.objects.create(user=user, day=today, model="m", key=key.pk, completion_tokens=1000)
    if place := place_of("127.0.0.1"):
        SpentFrom.objects.create(place=place, day=today, model="m", completion_tokens=1000)


async def ask_behind(client: AsyncClient) -> Any:
    """The same call each time."""
    body, headers = {"content": "One?", "background": True}, {"Idempotency-Key": "k"}
    return await client.post("/api/v1/chat", body, "application/json", headers=headers)


@pytest.mark.parametrize("use", LIMITS)
async def test_a_refusal_is_told_and_a_retry_is_not_counted(
    use: str, as_alice: AsyncClient, alice: User, upstream: FedUpstream, settings: Settings
) -> None:
    limit, code = LIMITS[use]
    await sync_to_async(limit)(alice, settings)
    source = upstream.script("one", finish_reason=None)
    first = await ask_behind(as_alice)
    assert first.status_code == 202
    await sync_to_async(spend)(alice)
    refused = await ask(as_alice, "Another?")
    assert refused.status_code == 429
    assert error_of(refused)["code"] == code
    assert int(refused["Retry-After"]) >= 1
    again = await ask_behind(as_alice)
    assert (again.status_code, again.json()["reply"]) == (202, first.json()["reply"])
    stopped = await as_alice.post(f"/api/v1/messages/{first.json()['reply']}/stop", {}, "application/json")
    assert (stopped.status_code, stopped.json().get("status")) == (200, "stopped"), stopped.json()
    assert len(upstream.calls) == 1
    assert source.closed.is_set()


async def test_an_addresses_replies_are_everybodys_that_come_from_it(
    as_alice: AsyncClient, as_bob: AsyncClient, upstream: FedUpstream, settings: Settings
) -> None:
    settings.CHAT_MAX_STREAMS_PER_ADDRESS = 1
    source = upstream.script("one", finish_reason=None)
    running = await ask(as_alice)
    assert error_of(await ask(as_bob))["message"].startswith("Your address has 1 replies running")
    source.end()
    await events(running)
    upstream.script("two")
    assert "two" in await whole(await ask(as_bob))


async def test_a_call_that_failed_holds_no_place(
    as_alice: AsyncClient, upstream: FedUpstream, settings: Settings
) -> None:
    settings.CHAT_MAX_STREAMS_PER_ADDRESS = 1
    assert (await ask(as_alice, model="none")).status_code == 400
    upstream.script("Hi")
    assert "Hi" in await whole(await ask(as_alice))
    upstream.script("Hi")
    assert "Hi" in await whole(await ask(as_alice))
