"""What a key is for: every address says which scope it needs, and a key without it is told so, by name."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final, get_args
from uuid import uuid4

import pytest
from api.reading import ask, error_of, events
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import AsyncClient
from django.urls import URLPattern
from django.utils import timezone
from fakes.fed_upstream import FedUpstream

from chat.api.endpoint import Verb, unknown_address
from chat.api.openai.urls import urlpatterns as of_openai
from chat.api.urls import urlpatterns as of_api
from chat.auth.keys import create_key
from chat.models import ApiKey, AuditEntry
from chat.scopes import SCOPES, Scope
from chat.ws import frames_in
from chat.ws.answering import NEEDS

PUBLIC: Final = {"/api/v1/openapi.json", "/api/v1/asyncapi.json", "/api/v1/docs"}
READS: Final = {"GET", "HEAD"}


def calls() -> Iterator[tuple[str, str, Verb]]:
    """Method, address and verb of all that there is."""
    for prefix, patterns in (("/api/v1/", of_api), ("/v1/", of_openai)):
        for pattern in patterns:
            assert isinstance(pattern, URLPattern)
            if pattern.callback is unknown_address:
                continue
            for method, verb in pattern.callback.verbs.items():  # type: ignore[attr-defined]
                yield method, prefix + str(pattern.pattern), verb


ALL = list(calls())
GUARDED = [(method, route, verb) for method, route, verb in ALL if route not in PUBLIC]


def filled(route: str) -> str:
    parts = route.split("/")
    return "/".join(str(uuid4()) if part.startswith("<") else part for part in parts)


def with_scopes(user: User, *scopes: Scope) -> dict[str, str]:
    return {"Authorization": f"Bearer {create_key(user, scopes=scopes)[1]}"}


def test_no_address_is_without_a_scope_but_the_description() -> None:
    assert {route for _method, route, verb in ALL if not verb.scopes} == PUBLIC
    assert {scope for _method, _route, verb in ALL for scope in verb.scopes} <= set(SCOPES)


def test_nothing_is_changed_by_a_key_that_only_reads() -> None:
    """Asking by GET is asking."""
    writing = [
        (method, route) for method, route, verb in GUARDED if method not in READS and "read" in verb.scopes
    ]
    assert writing == []
    assert next(verb.scopes for method, route, verb in ALL if (method, route) == ("GET", "/api/v1/chat")) == (
        "chat",
    )


def test_no_frame_is_without_a_scope() -> None:
    assert set(NEEDS) == set(get_args(frames_in.Frame))
    assert all(NEEDS.values())


@pytest.mark.parametrize(
    ("method", "route", "verb"), GUARDED, ids=[f"{method} {route}" for method, route, _ in GUARDED]
)
async def test_a_key_without_the_scope_is_refused_and_told_which(
    method: str, route: str, verb: Verb, upstream: FedUpstream, alice: User, nobody: AsyncClient
) -> None:
    others: list[Scope] = [scope for scope in SCOPES if scope not in verb.scopes]
    headers = await sync_to_async(with_scopes)(alice, *others)
    response: Any = await nobody.generic(method, filled(route), headers=headers)
    assert response.status_code == 403
    error = error_of(response)
    assert (error["type"], error["code"]) == ("permission_error", "missing_scope")
    assert all(f'"{scope}"' in error["message"] for scope in verb.scopes)
    assert response["WWW-Authenticate"] == (
        f'Bearer error="insufficient_scope", scope="{" ".join(verb.scopes)}"'
    )
    assert upstream.calls == []


@pytest.mark.parametrize(
    ("method", "route", "verb"), GUARDED, ids=[f"{method} {route}" for method, route, _ in GUARDED]
)
async def test_each_of_the_scopes_opens_it(
    method: str, route: str, verb: Verb, upstream: FedUpstream, alice: User, nobody: AsyncClient
) -> None:
    for scope in verb.scopes:
        headers = await sync_to_async(with_scopes)(alice, scope)
        response: Any = await nobody.generic(method, filled(route), headers=headers)
        content = b"" if response.streaming else response.content
        assert b"missing_scope" not in content


async def test_what_is_for_programs_is_not_done_by_a_link_in_a_reviewers_browser(
    upstream: FedUpstream, dave: User
) -> None:
    browser = AsyncClient()
    await sync_to_async(browser.force_login)(dave)
    desk = [(method, route) for method, route, verb in GUARDED if {"review", "admin"} & set(verb.scopes)]
    assert len(desk) == 9
    for method, route in desk:
        refused: Any = await browser.generic(method, filled(route))
        assert (refused.status_code, error_of(refused)["code"]) == (403, "key_required"), route
    assert not await AuditEntry.objects.exclude(action="key_make").aexists()


async def test_a_key_that_may_ask_gets_its_reply_and_no_list(
    upstream: FedUpstream, alice: User, nobody: AsyncClient
) -> None:
    headers = await sync_to_async(with_scopes)(alice, "chat")
    upstream.script("Hi")
    asked = await nobody.post("/api/v1/chat", {"content": "?"}, "application/json", headers=headers)
    assert [event["type"] for event in await events(asked)][-1] == "end"
    assert (await nobody.get("/api/v1/conversations", headers=headers)).status_code == 403


async def test_old_keys_ask_and_read(upstream: FedUpstream, as_alice: AsyncClient) -> None:
    assert (await sync_to_async(ApiKey.objects.get)()).scopes == {"chat", "read"}
    upstream.script("Hi")
    reply = (await events(await ask(as_alice)))[0]["reply"]
    assert (await as_alice.get(f"/api/v1/messages/{reply}")).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/conversations", "/v1/models"])
async def test_an_expired_key_is_told_so(path: str, as_alice: AsyncClient) -> None:
    assert (await as_alice.get(path)).status_code == 200
    await ApiKey.objects.aupdate(expires=timezone.now() - timedelta(seconds=1))
    response = await as_alice.get(path)
    assert response.status_code == 401
    error = error_of(response)
    assert error["code"] == "invalid_api_key"
    assert "has expired" in error["message"]


async def test_the_last_use_is_noted_with_its_address(as_alice: AsyncClient) -> None:
    await as_alice.get("/api/v1/conversations")
    key = await ApiKey.objects.aget()
    assert (key.last_used is not None, key.last_address) == (True, "127.0.0.1")
