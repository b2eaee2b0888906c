"""Origins: this site by host and scheme, the public address, and the allowed others; never a rebound name."""

from typing import Any

import pytest
from pytest_django import Settings

from chat.auth.origins import allowed_cors_origin, fetched_by_own_page, is_prefetch, same_origin


def scope(scheme: str = "http", **headers: str) -> dict[str, Any]:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"scheme": scheme, "headers": named}


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["chat.example", "localhost"]
    settings.CHAT_PUBLIC_URL = ""
    settings.CHAT_CORS_ORIGINS = ["https://app.example"]


@pytest.mark.parametrize(
    ("scheme", "host", "origin"),
    [
        ("http", "localhost:8000", "http://localhost:8000"),
        ("ws", "localhost:8000", "http://localhost:8000"),
        ("wss", "chat.example", "https://chat.example"),
        ("https", "chat.example:443", "https://chat.example"),
        ("https", "CHAT.example", "https://chat.example"),
    ],
)
def test_a_page_of_this_site_is_the_same_origin(scheme: str, host: str, origin: str) -> None:
    assert same_origin(scope(scheme, host=host, origin=origin))


@pytest.mark.parametrize(
    ("scheme", "host", "origin"),
    [
        ("http", "chat.example", "https://chat.example"),
        ("ws", "chat.example", "http://chat.example:8000"),
        ("ws", "chat.example", "http://evil.example"),
        ("ws", "chat.example", "null"),
        ("ws", "evil.example", "http://evil.example"),
        ("ws", "", "http://"),
    ],
)
def test_other_pages_are_not(scheme: str, host: str, origin: str) -> None:
    assert not same_origin(scope(scheme, host=host, origin=origin))


def test_no_origin_is_not_the_same_origin() -> None:
    assert not same_origin(scope("ws", host="chat.example"))


def test_the_public_address_counts_behind_a_proxy(settings: Settings) -> None:
    settings.CHAT_PUBLIC_URL = "https://Chat.Example/"
    assert same_origin(scope("ws", host="localhost:8000", origin="https://chat.example"))


def test_only_listed_origins_are_allowed_for_cors() -> None:
    assert allowed_cors_origin("https://app.example")
    assert not allowed_cors_origin("https://app.example.evil")
    assert not allowed_cors_origin("null")
    assert not allowed_cors_origin(None)


def test_the_browser_tells_who_fetched_and_whether_ahead() -> None:
    assert fetched_by_own_page(scope(sec_fetch_site="same-origin"))
    assert not fetched_by_own_page(scope(sec_fetch_site="same-site"))
    assert not fetched_by_own_page(scope())
    assert fetched_by_own_page(scope(sec_fetch_site="same-origin", sec_fetch_dest="empty"))
    for destination in ("document", "image", "iframe"):
        assert not fetched_by_own_page(scope(sec_fetch_site="same-origin", sec_fetch_dest=destination))
    assert is_prefetch(scope(sec_purpose="prefetch;prerender"))
    assert is_prefetch(scope(purpose="prefetch"))
    assert not is_prefetch(scope())
