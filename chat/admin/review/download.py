"""The file of an export as it is made: a stream that holds no thread and no connection between batches.

Reached past Django's middleware (chatsite/asgi.py), so it looks after its own caller: by the session's cookie
alone, staff with the permissions of an export, and only for what they themselves asked for.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.http import content_disposition_header

from chat import service
from chat.access.preferences import preferences_of
from chat.audit import Actor
from chat.auth.authenticate import authenticate, still_valid
from chat.auth.caller import Caller
from chat.auth.credentials import Credentials
from chat.database import in_database, reading
from chat.errors import Forbidden, NotFound
from chat.models import ReviewExport
from chat.review import exports
from chat.review.chosen import chosen
from chat.review.export_forms import FORMS, Form
from chat.review.exports import End
from chat.review.taking_out import Reading

logger = logging.getLogger(__name__)

NOTED_SECONDS: Final = 1.0
"""How often it tells how far it is, and looks whether it may go on: a cancel is heard no later."""
HEADERS: Final = {
    # `no-transform`: who compresses on the way would hold the stream back. nginx would collect it.
    "Cache-Control": "no-cache, no-transform, no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Begun:
    key: UUID
    caller: Caller
    form: Form
    reading: Reading
    total: int
    language: str


async def download(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Begins it, once; whoever comes again with the same address finds nothing."""
    if request.method != "GET":
        return HttpResponse(status=405, headers={"Allow": "GET"})
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    asked = translation.get_language_from_request(request)
    begun = await reading(_prepare, Credentials(session=session), key, asked)
    if not await in_database(_begin, begun):
        raise NotFound("This export has been begun already. Ask for another one.")
    disposition = content_disposition_header(True, begun.form.file_name()) or "attachment"
    return StreamingHttpResponse(
        ExportStream(begun),
        content_type=begun.form.content_type,
        headers={**HEADERS, "Content-Disposition": disposition},
    )


def _prepare(credentials: Credentials, key: UUID, asked: str) -> Begun:
    caller = authenticate(credentials)
    if not exports.may_export(User.objects.get(pk=caller.user_id)):
        raise Forbidden("You may not export conversations.")
    export = ReviewExport.objects.filter(pk=key, owner=caller.user_id, total=None, ended=None).first()
    if export is None:
        raise NotFound("There is no such export, or it has been begun already.")
    source = Reading(chosen(export.query, caller.user_id), export.pseudonymised)
    language = preferences_of(caller.user_id).language or asked
    return Begun(export.pk, caller, FORMS[export.form], source, source.total(), language)


def _begin(begun: Begun) -> bool:
    row = ReviewExport.objects.get(pk=begun.key)
    return exports.begin(row, begun.total, _actor(begun), service.this_server())


def _actor(begun: Begun) -> Actor:
    return Actor(begun.caller.user_id, "admin")


class ExportStream:
    """The bytes for one client; however it ends, the export is noted as ended, once."""

    def __init__(self, begun: Begun, noted_seconds: float = NOTED_SECONDS) -> None:
        self._begun = begun
        self._noted_seconds = noted_seconds
        self._done = 0
        self._noted = time.monotonic()
        self._ending: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        how: End | None = None
        try:
            if self._begun.form.opening:
                yield self._begun.form.opening
            while (how := await self._must_end()) is None:
                batch = await reading(self._next)
                if batch is None:
                    how = End.WHOLE
                    break
                self._done += batch[0]
                yield batch[1]
            if how is not End.WHOLE:
                yield self._not_whole(how)
        except Exception:
            # An exception that left the application after the response began would break Daphne's clean-up.
            logger.exception("export %s failed", self._begun.key)
            how = End.FAILED
            yield self._not_whole(how)
        finally:
            await asyncio.shield(self._over(how or End.LEFT))

    def _next(self) -> tuple[int, bytes] | None:
        batch = self._begun.reading.next_batch()
        if batch is None:
            return None
        with translation.override(self._begun.language):
            return len(batch), b"".join(piece for taken in batch for piece in self._begun.form.encode(taken))

    def _not_whole(self, how: End) -> bytes:
        return self._begun.form.not_whole(exports.not_whole(how, self._done, self._begun.total))

    async def _must_end(self) -> End | None:
        """Why, if so. Asked of the database once a second."""
        now = time.monotonic()
        if now - self._noted < self._noted_seconds:
            return None
        self._noted = now
        return await in_database(self._look)

    def _look(self) -> End | None:
        if not exports.note(self._begun.key, self._done):
            return End.CANCELLED
        caller = self._begun.caller
        user = User.objects.filter(pk=caller.user_id).first()
        if user is None or not exports.may_export(user) or not still_valid([caller]):
            return End.REFUSED
        return None

    def _over(self, how: End) -> "asyncio.Future[None]":
        """Note the end, whatever becomes of who waits for it. From the event loop only."""
        if self._ending is None:
            self._ending = asyncio.ensure_future(self._note_end(how))
            _ending.add(self._ending)
            self._ending.add_done_callback(_ending.discard)
        return self._ending

    async def _note_end(self, how: End) -> None:
        try:
            await in_database(exports.end, self._begun.key, self._done, how, _actor(self._begun))
        except Exception:
            logger.exception("the end of export %s could not be noted: %s", self._begun.key, how)

    async def ended(self) -> None:
        """Wait until its end is noted."""
        if self._ending is not None:
            await self._ending

    def close(self) -> None:
        """The response is over, begun or not. From any thread: Django closes responses in one of its own."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._over, End.LEFT)

    def __del__(self) -> None:
        # A client that goes between the view and the handler: nobody begins or closes the response.
        self.close()


_ending: "set[asyncio.Future[None]]" = set()
"""asyncio itself keeps only weak references."""
