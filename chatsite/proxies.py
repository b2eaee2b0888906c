"""Who called, where a reverse proxy stands in between. Never believes one that was not named."""

import ipaddress
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from chatsite.asgi_types import App, Receive, Scope, Send, header

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_SECURE = {"http": "https", "websocket": "wss"}
_PLAIN = {"http": "http", "websocket": "ws"}


def networks(name: str, words: Sequence[str]) -> list[Network]:
    """Addresses and networks, as a setting lists them."""
    try:
        return [ipaddress.ip_network(word) for word in words]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name}: {error}. Allowed: addresses and networks, like 127.0.0.1, 10.0.0.0/8."
        ) from error


class TrustedProxies:
    """Puts the caller's address and scheme into the scope: `X-Forwarded-For`, `X-Forwarded-Proto`."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(believed(scope), receive, send)


def believed(scope: Scope) -> Scope:
    """The scope with what a trusted proxy says of the caller."""
    client = scope.get("client")
    if client and settings.CHAT_TRUSTED_PROXIES and _is_trusted(client[0]):
        return {**scope, **_as_forwarded(scope)}
    return scope


def _as_forwarded(scope: Scope) -> Scope:
    changed: Scope = {}
    if address := _nearest_stranger(_header_line(scope, b"x-forwarded-for")):
        changed["client"] = (address, 0)
    # Each proxy adds at the end, as with addresses; the first is what the caller's browser spoke.
    scheme = (header(scope, b"x-forwarded-proto") or "").partition(",")[0].strip().lower()
    if scheme in ("http", "https"):
        changed["scheme"] = (_SECURE if scheme == "https" else _PLAIN)[scope["type"]]
    return changed


def _header_line(scope: Scope, name: bytes) -> str:
    """All headers of a name as one; a proxy may add a line instead of an address."""
    return ",".join(
        bytes(value).decode("latin1") for found, value in scope["headers"] if found.lower() == name
    )


def _nearest_stranger(forwarded: str) -> str | None:
    """The last address that no trusted proxy has; whatever stands before it, the caller could invent."""
    for word in reversed(forwarded.split(",")):
        address = word.strip()
        if not _is_address(address):
            return None
        if not _is_trusted(address):
            return address
    return None


def _is_trusted(address: str) -> bool:
    if not _is_address(address):
        return False
    found = ipaddress.ip_address(address)
    # A socket that listens on IPv6 sees IPv4 callers as ::ffff:127.0.0.1.
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in network for network in settings.CHAT_TRUSTED_PROXIES)


def _is_address(word: str) -> bool:
    try:
        ipaddress.ip_address(word)
    except ValueError:
        return False
    return True
