"""The file of an export as it is made: a stream that holds no thread and no connection between batches.

However it ends, that is noted once. The page and the API fetch it in the same way.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.utils import translation

from chat.access.preferences import preferences_of
from chat.audit import Actor
from chat.auth.authenticate import still_valid
from chat.auth.caller import Caller
from chat.database import in_database, reading
from chat.errors import BadRequest, Forbidden, NotFound
from chat.models import ReviewExport
from chat.review import exports
from chat.review.by_program import filter_of
from chat.review.chosen import chosen
from chat.review.export_forms import FORMS, Form
from chat.review.exports import End
from chat.review.taking_out import Reading
from chat.service.runtime import this_server

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
    via: str = "admin"

    @property
    def actor(self) -> Actor:
        return Actor(self.caller.user_id, self.via)


def refuse_others(caller: Caller) -> None:
    """Sync. Raises `Forbidden` for who may not export."""
    if not exports.may_export(User.objects.get(pk=caller.user_id)):
        raise Forbidden("You may not export conversations.", code="not_a_reviewer")


def prepare(caller: Caller, export: ReviewExport, language: str, via: str) -> Begun:
    """Sync. Nothing is begun yet."""
    source = Reading(chosen(export.query, caller.user_id), export.pseudonymised)
    spoken = preferences_of(caller.user_id).language or language
    return Begun(export.pk, caller, FORMS[export.form], source, source.total(), spoken, via)


async def begin(begun: Begun) -> "ExportStream":
    """Once: whoever comes again finds nothing. Raises `NotFound`."""
    if not await in_database(_begin, begun):
        raise NotFound("This export has been begun already. Ask for another one.")
    return ExportStream(begun)


async def export_reviewed(
    caller: Caller, query: str, form: str, *, pseudonymised: bool
) -> "tuple[Form, ExportStream]":
    """Ask for an export and begin it at once, as programs do."""
    if form not in FORMS:
        raise BadRequest(f"format is one of: {', '.join(FORMS)}.", param="format")
    begun = await reading(_ask_and_prepare, caller, query, form, pseudonymised)
    return begun.form, await begin(begun)


def _ask_and_prepare(caller: Caller, query: str, form: str, pseudonymised: bool) -> Begun:
    refuse_others(caller)
    filter_of(query)  # a condition that is misspelt would choose everything
    asked = exports.ask(caller.user_id, query, form, pseudonymised=pseudonymised)
    return prepare(caller, asked, "en", "api")


def _begin(begun: Begun) -> bool:
    row = ReviewExport.objects.get(pk=begun.key)
    return exports.begin(row, begun.total, begun.actor, this_server())


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
            await in_database(exports.end, self._begun.key, self._done, how, self._begun.actor)
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
