"""Django's handler for the API: the same addresses and async views, without what would hold a thread.

Django gives each request a thread of its own that lives until the response ends, and with it the
database connection of whatever used the ORM there; sync middleware and receivers of `request_started`
alone make that thread. Here there are none of these, so that an open stream costs memory only. Views
do their ORM work in one hop (chat/database.py).
"""

import asyncio
import logging
from io import BytesIO

from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.http.response import HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve, set_script_prefix

from chat.api.answers import error_answer, finished
from chat.errors import BadRequest, ChatError, NotFound, TooLarge, TooSlow
from chatsite.asgi_types import Receive, Scope, Send
from chatsite.refusals import refuse
from chatsite.request_bodies import disconnect, whole_body

logger = logging.getLogger(__name__)


class LeanHandler(ASGIHandler):
    """An ASGI application for paths whose views are all async and look after their own callers."""

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
        answering = asyncio.create_task(self._answer(request, send, too_large=body is None))
        leaving = asyncio.create_task(disconnect(receive))
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # The client went, the answer is out, or the server cancels us: neither is left behind.
            # The view learns of it by one CancelledError at its current await.
            answering.cancel()
            leaving.cancel()
            await asyncio.wait({answering, leaving})
        if not answering.cancelled():
            answering.result()

    async def _answer(self, request: ASGIRequest, send: Send, *, too_large: bool) -> None:
        response = await _response(request, too_large=too_large)
        # Django's CommonMiddleware would do it; without, a server sends even one line of JSON in chunks.
        if isinstance(response, HttpResponse) and response.status_code != 204:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        try:
            await self.send_response(response, send)
        finally:
            # Also where the stream never began: whoever made it may wait for this to let go.
            response.close()
            request.close()


async def _response(request: ASGIRequest, *, too_large: bool) -> HttpResponseBase:
    """What the view answers; all that goes wrong outside of one has the shape that errors have inside."""
    error: ChatError
    try:
        if too_large:
            raise TooLarge(f"The body is over the limit of {settings.CHAT_MAX_BODY_BYTES} bytes.")
        match = request.resolver_match = resolve(request.path_info)
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
