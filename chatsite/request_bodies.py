"""Reading what a client sends, before anything is spent on it. Bounded, in memory; answers nobody."""

import asyncio

from django.conf import settings
from django.core.exceptions import RequestAborted

from chatsite.asgi_types import Receive, Scope, header
from chatsite.body_pace import Pace, too_slow


async def whole_body(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body; None where it is over the limit, of which nothing is read that was declared as such.

    Raises `RequestAborted` if the client goes before its end, and `TooSlow` if it does not come in time.
    """
    most = settings.CHAT_MAX_BODY_BYTES
    declared = header(scope, b"content-length") or ""
    if most and declared.isdecimal() and int(declared) > most:
        return None
    body = bytearray()
    now = asyncio.get_running_loop().time
    pace = Pace(now())
    while not most or len(body) <= most:
        try:
            async with asyncio.timeout_at(pace.deadline):
                message = await receive()
        except TimeoutError:
            raise too_slow() from None
        if message["type"] == "http.disconnect":
            raise RequestAborted
        piece = message.get("body", b"")
        body += piece
        pace.came(now(), len(piece))
        if not message.get("more_body", False):
            break
    return None if most and len(body) > most else bytes(body)


async def disconnect(receive: Receive) -> None:
    """Returns when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
