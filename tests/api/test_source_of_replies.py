"""By which way a reply was asked for, as its credential and its form tell."""

import pytest
from api.reading import whole
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream

from chat.database import in_database
from chat.models import Completion


async def source() -> str:
    return str(
        await in_database(lambda: Completion.objects.order_by("-id").values_list("source", flat=True)[0])
    )


@pytest.mark.parametrize(("form", "expected"), [("", "api"), ("?format=openai", "openai")])
async def test_a_program_is_told_from_a_client_of_openai(
    as_alice: AsyncClient, upstream: FedUpstream, form: str, expected: str
) -> None:
    upstream.script("Hi")
    await whole(await as_alice.post(f"/api/v1/chat{form}", {"content": "?"}, "application/json"))
    assert await source() == expected


async def test_whoever_has_a_session_is_the_page(
    alice_in_browser: AsyncClient, upstream: FedUpstream
) -> None:
    upstream.script("Hi")
    own_page = {"Sec-Fetch-Site": "same-origin"}
    await whole(await alice_in_browser.get("/api/v1/chat?content=Hm", headers=own_page))
    assert await source() == "page"
