"""Every address that names a row, also those that are yet to come: another's row, and a deleted one, is none.

The answer is the same as for an id that never was, so that nobody learns from it what exists.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from api.reading import ask, events
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from django.test import AsyncClient
from django.urls import URLPattern
from fakes.fed_upstream import FedUpstream
from pytest_django import Settings

from chat.api.urls import urlpatterns as of_api
from chat.web.urls import urlpatterns as of_pages

ROWS = ("conversation_id", "message_id", "attachment_id", "share_id")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
BODIES = {
    "regenerate": b"{}",
    "feedback": b'{"rating": 1}',
}


def addresses(patterns: list[Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern)
        if any(row in route for row in ROWS):
            yield prefix + route, pattern.callback


API = dict(addresses(of_api, "/api/v1/"))
PAGES = dict(addresses(of_pages, "/"))


def filled(route: str, ids: dict[str, str]) -> str:
    for kind in ("uuid:", ""):
        for name, value in ids.items():
            route = route.replace(f"<{kind}{name}>", value)
    return route


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.CHAT_FILES_DIR = tmp_path


@pytest.fixture(autouse=True)
def _bob_is_an_administrator(bob: User) -> None:
    """Which is no way around: other users' conversations are read at the review desk alone."""
    bob.is_staff = bob.is_superuser = True
    bob.save()


@pytest.fixture
async def ids(as_alice: AsyncClient, upstream: FedUpstream) -> dict[str, str]:
    """Of Alice's: a conversation, its reply, and the file of its question."""
    file = await as_alice.post("/api/v1/attachments?name=a.txt", b"Hers.", "application/octet-stream")
    upstream.script("Hers.")
    start = (await events(await ask(as_alice, attachments=[file.json()["id"]])))[0]
    return {
        "conversation_id": start["conversation"],
        "message_id": start["reply"],
        "attachment_id": file.json()["id"],
        "share_id": str(uuid4()),
    }


async def answers(client: AsyncClient, route: str, ids: dict[str, str]) -> list[tuple[str, int, bytes]]:
    body = BODIES.get(route.rsplit("/", 1)[-1], b'{"title": "x"}' if route.endswith("_id>") else b"")
    found = []
    for method in METHODS:
        kind = "application/json" if route in API else "application/x-www-form-urlencoded"
        given = body if route in API else b"title=x&active=x&lifetime=1&system_prompt=x"
        response: Any = await client.generic(method, filled(route, ids), given, content_type=kind)
        found.append((method, response.status_code, b"" if response.streaming else response.content))
    return found


def unknown() -> dict[str, str]:
    return {name: str(uuid4()) for name in ROWS}


@pytest.mark.parametrize("route", API)
async def test_anothers_is_no_more_than_what_never_was(
    route: str, ids: dict[str, str], as_bob: AsyncClient
) -> None:
    theirs = await answers(as_bob, route, ids)
    assert theirs == await answers(as_bob, route, unknown())
    assert {status for _method, status, _content in theirs} <= {404, 405}
    assert any(status == 404 for _method, status, _content in theirs)


@pytest.mark.parametrize("route", [route for route in API if not route.endswith("restore")])
async def test_what_was_deleted_is_no_more_than_what_never_was(
    route: str, ids: dict[str, str], as_alice: AsyncClient
) -> None:
    deleted = await as_alice.delete(f"/api/v1/messages/{await question_of(as_alice, ids)}")
    assert deleted.status_code == 204
    if "conversation_id" in route:
        await as_alice.delete(f"/api/v1/conversations/{ids['conversation_id']}")
    assert await answers(as_alice, route, ids) == await answers(as_alice, route, unknown())


async def question_of(client: AsyncClient, ids: dict[str, str]) -> str:
    return str((await client.get(f"/api/v1/messages/{ids['message_id']}")).json()["parent"])


@pytest.fixture
async def bobs(upstream: FedUpstream, bob: User) -> Any:
    client = AsyncClient()
    await sync_to_async(client.force_login)(bob)
    yield client
    # Of the thread that ran the sync middleware: the test client leaves its connection open.
    await sync_to_async(connections.close_all)()


@pytest.mark.parametrize("route", PAGES)
async def test_no_page_shows_or_changes_what_is_anothers(
    route: str, ids: dict[str, str], bobs: AsyncClient, as_alice: AsyncClient
) -> None:
    address = f"/api/v1/conversations/{ids['conversation_id']}"
    before = (await as_alice.get(address)).json()
    theirs = [(method, status) for method, status, _content in await answers(bobs, route, ids)]
    assert theirs == [(method, status) for method, status, _ in await answers(bobs, route, unknown())]
    assert {status for _method, status in theirs} <= {400, 404, 405}
    assert (await as_alice.get(address)).json() == before
