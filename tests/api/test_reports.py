"""A message is reported by its owner, any number of times, and the report is taken back."""

from typing import Any

import pytest
from api.reading import ask, events
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream
from pytest_django import Settings

from chat.database import in_database
from chat.models import AuditEntry, Flag


@pytest.fixture
async def address(as_alice: AsyncClient, upstream: FedUpstream) -> str:
    upstream.script("Hers.")
    start = (await events(await ask(as_alice)))[0]
    return f"/api/v1/messages/{start['reply']}/report"


async def report(client: AsyncClient, address: str, **fields: Any) -> Any:
    return await client.post(address, fields, content_type="application/json")


def reasons() -> list[str]:
    return list(Flag.objects.values_list("reason", flat=True))


async def test_reporting_is_idempotent_and_can_be_taken_back(as_alice: AsyncClient, address: str) -> None:
    assert (await as_alice.generic("POST", address)).status_code == 204
    assert (await report(as_alice, address, reason="It insults me.")).status_code == 204
    assert await in_database(reasons) == ["It insults me."]
    assert (await as_alice.delete(address)).status_code == 204
    assert (await as_alice.delete(address)).status_code == 204
    assert await in_database(reasons) == []
    via = await in_database(lambda: set(AuditEntry.objects.values_list("via", flat=True)))
    assert via == {"api"}


async def test_what_is_wrong_is_told(as_alice: AsyncClient, address: str, settings: Settings) -> None:
    too_long = await report(as_alice, address, reason="x" * 2001)
    assert (too_long.status_code, too_long.json()["error"]["param"]) == (400, "reason")
    assert (await report(as_alice, address, why="x")).status_code == 400
    settings.CHAT_REVIEW = "off"
    refused = await report(as_alice, address)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_reviewed")
