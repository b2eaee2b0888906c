"""What a scope carries to say who calls. Pure and unverified: `authenticate` judges it."""

from dataclasses import dataclass

from django.conf import settings
from django.http import parse_cookie

from chat.auth.scopes import Scope, address_of, header, header_values, query_value

BEARER_SUBPROTOCOL = "bearer."
"""A browser can send no header with a WebSocket: its key comes as a subprotocol `bearer.<key>`."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What was sent. Where there is a bearer, it alone decides, the empty one of a malformed header too."""

    bearer: str | None = None
    ticket: str | None = None
    session: str | None = None
    page_of: str | None = None
    """Whose page calls by its session: since it came, another user may have signed in in that browser."""
    address: str | None = None
    """Where the call comes from, as far as proxies that are trusted say (chatsite/proxies.py)."""


def credentials_of(scope: Scope, *, allow_ticket: bool = False) -> Credentials:
    """The credentials in this scope's headers, subprotocols and (only where allowed) `?ticket=`."""
    return Credentials(
        bearer=_bearer(scope),
        ticket=query_value(scope, "ticket") if allow_ticket else None,
        session=_session(scope),
        # A browser can send no header with a WebSocket.
        page_of=header(scope, "x-page-of") or query_value(scope, "page_of"),
        address=address_of(scope),
    )


def _bearer(scope: Scope) -> str | None:
    headers = header_values(scope, "authorization")
    if headers:
        scheme, _, key = headers[0].strip().partition(" ")
        return key.strip() if len(headers) == 1 and scheme.lower() == "bearer" else ""
    offered = [name for name in scope.get("subprotocols", ()) if name.startswith(BEARER_SUBPROTOCOL)]
    if offered:
        return offered[0].removeprefix(BEARER_SUBPROTOCOL) if len(offered) == 1 else ""
    return None


def _session(scope: Scope) -> str | None:
    # HTTP/2 may split the cookie over several headers (RFC 9113, section 8.2.3).
    cookies = parse_cookie("; ".join(header_values(scope, "cookie")))
    return cookies.get(settings.SESSION_COOKIE_NAME) or None
