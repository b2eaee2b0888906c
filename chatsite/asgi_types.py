"""The shapes of ASGI, as our wrappers around the application use them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of this name, which is given in lower case."""
    return next(iter(headers(scope, name)), None)


def headers(scope: Scope, name: bytes) -> list[str]:
    """All headers of this name, which is given in lower case."""
    return [
        bytes(value).decode("latin1") for found, value in scope.get("headers", ()) if found.lower() == name
    ]
