"""Who may open a socket: the origin first, then the credentials. Refuses by the code to close with."""

from dataclasses import replace

from chat import service
from chat.auth.authenticate import authenticate
from chat.auth.caller import Caller
from chat.auth.credentials import BEARER_SUBPROTOCOL, credentials_of
from chat.auth.origins import allowed_cors_origin, same_origin
from chat.auth.scopes import Scope, header, header_values
from chat.database import in_database
from chat.errors import Unauthenticated, Unavailable
from chat.ws import codes

SUBPROTOCOL = "chat.v1"


class Refused(Exception):
    """The socket is to be closed, with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


async def admit(scope: Scope) -> Caller:
    """The caller. Raises `Refused`."""
    if service.draining():
        raise Refused(codes.RESTART)
    if not origin_may_call(scope):
        raise Refused(codes.ORIGIN)
    try:
        return replace(await in_database(authenticate, credentials_of(scope)), door="websocket")
    except Unauthenticated as error:
        raise Refused(codes.CREDENTIALS) from error
    except Unavailable as error:
        raise Refused(codes.TRY_LATER) from error


def origin_may_call(scope: Scope) -> bool:
    """Whether the page that opens the socket, if it is a page, may do so with what it brings.

    No page can send an `Authorization` header, so there the origin says nothing. A key as a
    subprotocol comes from a page of ours or of an allowed origin, or from a program, which need not
    send any. A cookie is sent by a browser whatever page asks, and the browser names the page:
    without an `Origin` it is not what it seems.
    """
    if header_values(scope, "authorization"):
        return True
    origins = header_values(scope, "origin")
    if not origins:
        return _offers_key(scope) or not header_values(scope, "cookie")
    if same_origin(scope):
        return True
    return _offers_key(scope) and allowed_cors_origin(header(scope, "origin"))


def subprotocol(scope: Scope) -> str | None:
    """What to answer: ours if it was offered, and never the one that holds the key."""
    return SUBPROTOCOL if SUBPROTOCOL in scope.get("subprotocols", ()) else None


def _offers_key(scope: Scope) -> bool:
    return any(name.startswith(BEARER_SUBPROTOCOL) for name in scope.get("subprotocols", ()))
