"""`/healthz`, `/readyz` and `/metrics`: for machines. Answered before all else, and by no view.

The first two say no more than a word for each part, to everybody, under any name: who asks by an address
(a balancer, an orchestrator) is heard. `/metrics` is for those whom the settings name.
"""

import hmac
import ipaddress
import json
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import parse_qs

from django.conf import settings
from django.http.request import split_domain_port

from chat.errors import Forbidden, MethodNotAllowed
from chatsite.asgi_types import App, Receive, Scope, Send, header, headers
from chatsite.hosts import is_address, is_allowed
from chatsite.refusals import refuse
from chatsite.watching import exposition
from chatsite.watching.readiness import OK, Readiness

_NOT_FOR_YOU: Final = (
    "Metrics are for the addresses in CHAT_METRICS_FROM, and for whoever sends CHAT_METRICS_TOKEN."
)
_FORWARDED: Final = (b"x-forwarded-for", b"x-real-ip", b"forwarded", b"via")


class Probes:
    def __init__(self, app: App, readiness: Readiness | None = None) -> None:
        self.app = app
        self._readiness = readiness or Readiness()
        self._answers: dict[str, Callable[[Scope, Send], Awaitable[None]]] = {
            "/healthz": self._health,
            "/readyz": self._ready,
            "/metrics": self._metrics,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answers.get(scope["path"]) if scope["type"] == "http" else None
        if answer is None:
            await self.app(scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD"):
            await refuse(scope, send, MethodNotAllowed("This address knows GET, HEAD."))
        else:
            await answer(scope, send)

    async def _health(self, scope: Scope, send: Send) -> None:
        """The process answers; nothing else is looked at, or a database that is away would restart it."""
        await _json(scope, send, 200, {"status": OK})

    async def _ready(self, scope: Scope, send: Send) -> None:
        found = await self._readiness.look()
        left_out = _left_out(scope)
        ready = all(word == OK for name, word in found.items() if name not in left_out)
        await _json(scope, send, 200 if ready else 503, {"ready": ready, "checks": found})

    async def _metrics(self, scope: Scope, send: Send) -> None:
        if not may_read(scope):
            await refuse(scope, send, Forbidden(_NOT_FOR_YOU))
        else:
            content_type, body = exposition.shown(header(scope, b"accept") or "")
            await _answer(scope, send, 200, content_type.encode(), body)


def may_read(scope: Scope) -> bool:
    """Whether who asks may read metrics: by the token, else by the address that they ask from."""
    if settings.CHAT_METRICS_TOKEN:
        given = header(scope, b"authorization") or ""
        wanted = f"Bearer {settings.CHAT_METRICS_TOKEN}"
        if hmac.compare_digest(given.encode("latin1"), wanted.encode()):
            return True
    address = _own_address(scope)
    return (
        address is not None
        and any(address in network for network in settings.CHAT_METRICS_FROM)
        # A page whose name its owner points at us (DNS rebinding) would read them in a user's browser.
        and all(
            is_address(split_domain_port(host)[0]) or is_allowed(host) for host in headers(scope, b"host")
        )
    )


def _own_address(scope: Scope) -> "ipaddress.IPv4Address | ipaddress.IPv6Address | None":
    """Who asks, if that is known: not where a proxy passed it on that `CHAT_TRUSTED_PROXIES` does not name.

    Behind one on this machine the whole world would seem to ask from loopback.
    """
    client = scope.get("client")
    if not client:
        return None
    was_told = client[1] == 0  # by a trusted proxy: see `proxies`
    if not was_told and any(header(scope, name) is not None for name in _FORWARDED):
        return None
    try:
        found = ipaddress.ip_address(client[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _left_out(scope: Scope) -> set[str]:
    """`?without=redis`: what whoever asks can do without."""
    query = parse_qs(scope.get("query_string", b"").decode("latin1"))
    return {name for value in query.get("without", ()) for name in value.split(",")}


async def _json(scope: Scope, send: Send, status: int, value: object) -> None:
    await _answer(scope, send, status, b"application/json", json.dumps(value).encode())


async def _answer(scope: Scope, send: Send, status: int, content_type: bytes, body: bytes) -> None:
    sent = [
        (b"content-type", content_type),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
