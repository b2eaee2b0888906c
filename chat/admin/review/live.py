"""A running reply on the desk's page, as server-sent events. Holds no thread and no database connection.

Under a path that runs without Django's middleware (chatsite/asgi.py), so it looks after its caller itself.
"""

import asyncio
from importlib import import_module
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from chat import service
from chat.admin.review import reasons
from chat.auth.authenticate import authenticate
from chat.auth.caller import Caller
from chat.auth.credentials import Credentials, credentials_of
from chat.database import in_database
from chat.errors import MethodNotAllowed
from chat.wire import sse
from chat.wire.stream import STREAM_HEADERS, Stream

ADMITTED_SECONDS: Final = 60.0
"""Then it ends, and the browser comes back by itself: who may no more looks on for so long at most."""


async def follow(request: ASGIRequest, conversation_id: UUID, reply_id: UUID) -> HttpResponseBase:
    """Raises `ChatError`, which the handler turns into an answer."""
    if request.method != "GET":
        raise MethodNotAllowed("This address knows GET.")
    # A signed-in browser alone: no key of an API opens another user's reply.
    credentials = Credentials(session=credentials_of(request.scope).session)
    caller, reason = await in_database(_admitted, credentials, conversation_id)
    following = await service.follow_reviewed(
        caller,
        conversation_id,
        reply_id,
        last_event_id=request.headers.get("Last-Event-ID"),
        reason=reason,
    )
    if following.finished:
        following.leave()
        return HttpResponse(status=204)  # which stops an `EventSource`
    asyncio.get_running_loop().call_later(ADMITTED_SECONDS, following.close, "unavailable")
    return StreamingHttpResponse(
        Stream(following, sse.Encoder().encode, name=f"reply {following.reply} for review"),
        content_type=sse.CONTENT_TYPE,
        headers=STREAM_HEADERS,
    )


def _admitted(credentials: Credentials, conversation: UUID) -> tuple[Caller, str | None]:
    """Whose browser it is, and why they read this conversation, where the site asks."""
    caller = authenticate(credentials)
    if not settings.CHAT_REVIEW_REASON:
        return caller, None
    session = import_module(settings.SESSION_ENGINE).SessionStore(caller.session_key)
    return caller, reasons.reason_for(session, conversation)
