"""Who called: what a proxy says is believed from the proxies that were named, and from nobody else."""

import pytest
from fakes.asgi_calls import http_scope, scope_seen
from pytest_django import Settings

from chatsite.proxies import TrustedProxies, networks


@pytest.fixture(autouse=True)
def proxies(settings: Settings) -> None:
    settings.CHAT_TRUSTED_PROXIES = networks("CHAT_TRUSTED_PROXIES", ["127.0.0.1", "10.0.0.0/8", "::1"])


async def seen(client: str, **headers: str) -> tuple[str, str]:
    scope = await scope_seen(TrustedProxies, http_scope(client=client, **headers))
    return scope["client"][0], scope["scheme"]


async def test_a_trusted_proxy_says_who_called_and_how() -> None:
    found = await seen("127.0.0.1", x_forwarded_for="198.51.100.7", x_forwarded_proto="https")
    assert found == ("198.51.100.7", "https")


async def test_a_stranger_says_nothing() -> None:
    found = await seen("203.0.113.9", x_forwarded_for="198.51.100.7", x_forwarded_proto="https")
    assert found == ("203.0.113.9", "http")


async def test_what_the_caller_wrote_before_the_proxy_is_not_believed() -> None:
    assert await seen("127.0.0.1", x_forwarded_for="1.1.1.1, 198.51.100.7") == ("198.51.100.7", "http")


async def test_a_chain_of_trusted_proxies_is_followed_to_its_end() -> None:
    assert await seen("127.0.0.1", x_forwarded_for="198.51.100.7, 10.1.2.3, 10.9.9.9") == (
        "198.51.100.7",
        "http",
    )


async def test_an_ipv4_proxy_on_an_ipv6_socket_is_known() -> None:
    assert await seen("::ffff:127.0.0.1", x_forwarded_for="198.51.100.7") == ("198.51.100.7", "http")


@pytest.mark.parametrize("broken", ["", "unknown", "198.51.100.7, nonsense", ","])
async def test_a_broken_header_changes_nothing(broken: str) -> None:
    assert await seen("127.0.0.1", x_forwarded_for=broken, x_forwarded_proto="gopher") == (
        "127.0.0.1",
        "http",
    )


async def test_a_socket_behind_tls_is_a_secure_one() -> None:
    scope = http_scope(client="127.0.0.1", x_forwarded_proto="https")
    scope["type"], scope["scheme"] = "websocket", "ws"
    assert (await scope_seen(TrustedProxies, scope))["scheme"] == "wss"


async def test_a_unix_socket_has_no_address_to_trust() -> None:
    scope = http_scope(x_forwarded_proto="https")
    scope["client"] = None
    assert (await scope_seen(TrustedProxies, scope))["scheme"] == "http"
