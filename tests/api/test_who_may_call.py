"""Keys, sessions with their CSRF token, other origins, and who may ask by GET."""

import pytest
from api.reading import ask, error_of, events, text_of
from django.contrib.auth.models import User
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream
from pytest_django import Settings

LIST = "/api/v1/conversations"


async def test_nobody_is_refused(nobody: AsyncClient) -> None:
    response = await nobody.get(LIST)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert error_of(response)["type"] == "authentication_error"


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer ", "Basic YTpi", "nonsense"])
async def test_a_bad_key_is_refused_whatever_the_cookie_says(
    alice_in_browser: AsyncClient, header: str
) -> None:
    assert (await alice_in_browser.get(LIST)).status_code == 200
    response = await alice_in_browser.get(LIST, headers={"Authorization": header})
    assert response.status_code == 401
    error_of(response)


async def test_a_session_needs_the_csrf_token_to_change_something(
    alice_in_browser: AsyncClient, upstream: FedUpstream
) -> None:
    refused = await ask(alice_in_browser)
    assert refused.status_code == 403
    assert error_of(refused)["code"] == "csrf_failed"
    token = "t" * 32
    alice_in_browser.cookies["csrftoken"] = token
    for wrong in ({}, {"X-CSRFToken": "u" * 32}, {"X-CSRFToken": token, "Origin": "http://evil.example"}):
        response = await alice_in_browser.post(LIST, {}, "application/json", headers=wrong)
        assert response.status_code == 403
    good = {"X-CSRFToken": token, "Origin": "http://testserver"}
    assert (await alice_in_browser.post(LIST, {}, "application/json", headers=good)).status_code == 201


async def test_a_key_needs_no_csrf_token(as_alice: AsyncClient) -> None:
    as_alice.handler.enforce_csrf_checks = True
    assert (await as_alice.post(LIST, {}, "application/json")).status_code == 201


async def test_a_wrong_key_does_not_switch_csrf_off(alice_in_browser: AsyncClient) -> None:
    headers = {"Authorization": "Bearer wrong"}
    assert (await alice_in_browser.post(LIST, {}, "application/json", headers=headers)).status_code == 401


async def test_a_page_of_this_site_may_ask_by_get(
    alice_in_browser: AsyncClient, upstream: FedUpstream
) -> None:
    upstream.script("Hi")
    own_page = {"Sec-Fetch-Site": "same-origin"}
    response = await alice_in_browser.get("/api/v1/chat?content=Hm", headers=own_page)
    assert text_of(await events(response)) == "Hi"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Purpose": "prefetch;prerender"},
        {"Sec-Fetch-Site": "same-origin", "Purpose": "prefetch"},
    ],
)
async def test_other_pages_and_prefetches_may_not(
    alice_in_browser: AsyncClient, upstream: FedUpstream, headers: dict[str, str]
) -> None:
    response = await alice_in_browser.get("/api/v1/chat?content=Hm", headers=headers)
    assert response.status_code == 403
    error_of(response)
    assert upstream.calls == []


async def test_an_allowed_origin_may_call_with_any_header(nobody: AsyncClient, settings: Settings) -> None:
    settings.CHAT_CORS_ORIGINS = ["https://app.example"]
    asked = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,x-stainless-os",
    }
    response = await nobody.options("/api/v1/chat", headers=asked)
    assert response.status_code == 204
    assert response["Access-Control-Allow-Origin"] == "https://app.example"
    assert response["Access-Control-Allow-Headers"] == "authorization,x-stainless-os"
    assert "POST" in response["Access-Control-Allow-Methods"]
    assert "Origin" in response["Vary"]
    assert "Access-Control-Allow-Credentials" not in response


async def test_an_allowed_origin_may_read_answers_and_errors(
    as_alice: AsyncClient, settings: Settings
) -> None:
    settings.CHAT_CORS_ORIGINS = ["https://app.example"]
    for path in (LIST, "/api/v1/messages/none", "/api/v1/nowhere"):
        response = await as_alice.get(path, headers={"Origin": "https://app.example"})
        assert response["Access-Control-Allow-Origin"] == "https://app.example"
        assert "X-Conversation-Id" in response["Access-Control-Expose-Headers"]


async def test_other_origins_are_told_nothing(as_alice: AsyncClient) -> None:
    for response in (
        await as_alice.get(LIST, headers={"Origin": "https://evil.example"}),
        await as_alice.options(LIST, headers={"Origin": "https://evil.example"}),
    ):
        assert not [name for name in response.headers if name.startswith("Access-Control-")]


async def test_a_deactivated_user_is_refused(as_alice: AsyncClient, alice: User) -> None:
    alice.is_active = False
    await alice.asave()
    assert (await as_alice.get(LIST)).status_code == 401


async def test_a_page_that_came_before_another_user_signed_in_speaks_for_nobody(
    alice_in_browser: AsyncClient, as_alice: AsyncClient, alice: User, bob: User
) -> None:
    assert (await alice_in_browser.get(LIST, headers={"X-Page-Of": str(alice.pk)})).status_code == 200
    refused = await alice_in_browser.get(LIST, headers={"X-Page-Of": str(bob.pk)})
    assert refused.status_code == 401
    assert error_of(refused)["code"] == "another_user"
    live = await alice_in_browser.get("/api/v1/live", headers={"X-Page-Of": str(bob.pk)})
    assert live.status_code == 401
    assert (await as_alice.get(LIST, headers={"X-Page-Of": str(bob.pk)})).status_code == 200
