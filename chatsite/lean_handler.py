"""Django's handler for the API: the same addresses and async views, without what would hold a thread.

Django gives each request a thread of its own that lives until the response ends, and with it the
database connection of whatever used the ORM there; sync middleware and receivers of `request_started`
alone make that thread. Here there are none of these, so that an open stream costs memory only. Views
do their ORM work in one hop (chat/database.py).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import lru_cache, partial
from io import BytesIO

from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.http.response import HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve, set_script_prefix

from chat.api.answers import error_answer, finished
from chat.api.streams import StreamAnswer
from chat.errors import BadRequest, ChatError, NotFound, TooLarge, TooSlow
from chatsite.asgi_types import Receive, Scope, Send
from chatsite.refusals import refuse
from chatsite.request_bodies import disconnect, whole_body

logger = logging.getLogger(__name__)

KEPT_ADDRESSES = 256
"""Most calls go to a few: to find the view of one takes as long as to authenticate its caller."""


class LeanHandler(ASGIHandler):
    """An ASGI application for paths whose views are all async and look after their own callers."""

    def __init__(self) -> None:
        super().__init__()
        self._resolve = lru_cache(KEPT_ADDRESSES)(resolve)

    def load_middleware(self, is_async: bool = False) -> None:
        """There is none."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await whole_body(scope, receive)
            request = ASGIRequest(scope, BytesIO(body or b""))
        except RequestAborted:
            return
        except TooSlow as error:
            await refuse(scope, send, error)
            return
        except UnicodeDecodeError:
            await refuse(scope, send, BadRequest("The query is not UTF-8."))
            return
        set_script_prefix(get_script_prefix(scope))
        async with _while_there(receive) as client:
            await self._answer(request, client, send, too_large=body is None)

    async def _answer(self, request: ASGIRequest, client: "_Client", send: Send, *, too_large: bool) -> None:
        response = await self._response(request, too_large=too_large)
        # Django's CommonMiddleware would do it; without, a server sends even one line of JSON in chunks.
        if isinstance(response, HttpResponse) and response.status_code != 204:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        if isinstance(response, StreamAnswer):
            response.write_by(partial(_send_piece, send))
            client.once_gone = response.leave
        try:
            await self.send_response(response, send)
        finally:
            # Also where the stream never began: whoever made it may wait for this to let go.
            response.close()
            request.close()

    async def _response(self, request: ASGIRequest, *, too_large: bool) -> HttpResponseBase:
        """What the view answers; all that goes wrong outside of one has the shape that errors have inside."""
        error: ChatError
        try:
            if too_large:
                raise TooLarge(f"The body is over the limit of {settings.CHAT_MAX_BODY_BYTES} bytes.")
            match = request.resolver_match = self._resolve(request.path_info)
            response: HttpResponseBase = await match.func(request, *match.args, **match.kwargs)
            return response
        except Resolver404:
            error = NotFound("There is nothing at this address.")
        except ChatError as raised:
            error = raised
        except Exception:
            logger.exception("%s %s failed", request.method, request.path)
            error = ChatError("The server failed. It is in its log; nothing that was saved is lost.")
        return finished(request, error_answer(error), None)


class _Client:
    """Whom an answer is for."""

    once_gone: Callable[[], object] | None = None
    """Called in the step that learns that they went. What is cancelled learns of it only in a later one,
    behind the steps of all others who went in the same moment."""


@asynccontextmanager
async def _while_there(receive: Receive) -> AsyncIterator[_Client]:
    """Left at once when the client goes: what is done within learns of it by one CancelledError at its
    current await. Nothing is left behind, also where the server cancels us.
    """
    task = asyncio.current_task()
    assert task is not None
    told_before, gone, over = task.cancelling(), False, False
    client = _Client()

    async def watch() -> None:
        nonlocal gone
        await disconnect(receive)
        if not over:  # the loop may have this step in hand already when all is done
            gone = True
            task.cancel()
            if client.once_gone is not None:
                client.once_gone()

    leaving = asyncio.create_task(watch())
    try:
        yield client
    except asyncio.CancelledError:
        if not gone or task.cancelling() > told_before + 1:
            raise
    finally:
        over = True
        leaving.cancel()
        if gone:
            task.uncancel()
        await asyncio.wait({leaving})


async def _send_piece(send: Send, piece: bytes) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": True})
