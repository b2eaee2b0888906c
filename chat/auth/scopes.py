"""Reading headers and queries of an ASGI scope, HTTP or WebSocket alike. Pure."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl

Scope = Mapping[str, Any]


def header_values(scope: Scope, name: str) -> list[str]:
    """Every value of a header, in order; `name` in lower case."""
    wanted = name.encode("ascii")
    return [value.decode("latin-1") for key, value in scope.get("headers", ()) if key.lower() == wanted]


def header(scope: Scope, name: str) -> str | None:
    """The value of a header that may be sent once only; several are as good as none that we know."""
    values = header_values(scope, name)
    return values[0] if len(values) == 1 else None


def address_of(scope: Scope) -> str | None:
    """The client's, also from behind a trusted proxy (chatsite/proxies.py); a Unix socket knows none."""
    client = scope.get("client")
    try:
        return _written(client[0]) if client else None
    except ValueError:
        return None


@lru_cache(1024)
def _written(address: str) -> str:
    """In the one way that it is written. Raises `ValueError` for what is none."""
    return str(ip_address(address))


def query_value(scope: Scope, name: str) -> str | None:
    """The first value of a query parameter."""
    query = scope.get("query_string", b"")
    # Bytes by the standard; Django's test client has text.
    text = query if isinstance(query, str) else query.decode("latin-1")
    return next((value for key, value in parse_qsl(text, keep_blank_values=True) if key == name), None)
