"""Take in conversations that were made elsewhere; one that cannot be read stops no other."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from chat import portable
from chat.actions import imports
from chat.auth.caller import Caller
from chat.database import in_database
from chat.errors import BadRequest
from chat.imported import ImportedConversation
from chat.service.file_work import recognising
from chat.service.runtime import runtime

MOST_AT_ONCE = 100
"""Conversations of one call: each is a transaction, and the caller waits for all."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one conversation; `reason` is for people, in their language."""

    status: Literal["imported", "known", "failed"]
    title: str
    id: UUID | None = None
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "title": self.title,
            "id": None if self.id is None else str(self.id),
            "reason": self.reason or None,
        }


async def import_conversations(caller: Caller, sources: Sequence[bytes]) -> list[Outcome]:
    """What became of each, in their order. Raises `BadRequest` for more than `MOST_AT_ONCE`."""
    if len(sources) > MOST_AT_ONCE:
        raise BadRequest(f"Send at most {MOST_AT_ONCE} conversations at once.")
    here = await runtime()
    models = frozenset(model.id for model in here.upstream.models(caller.group_ids))
    outcomes = [await _import(caller.user_id, source, models) for source in sources]
    new = [outcome.id for outcome in outcomes if outcome.id is not None]
    if new:
        here.tell_changed(caller.user_id, new[-1])
    return outcomes


async def _import(user_id: int, source: bytes, models: frozenset[str]) -> Outcome:
    read = await recognising(user_id, _read, source)
    if isinstance(read, Outcome):
        return read
    steps = imports.import_conversation(user_id, read, models)
    # A hop for each: what is asked meanwhile takes its turn in between.
    while (outcome := await in_database(_step, read, steps)) is None:
        pass
    return outcome


def import_one(user_id: int, source: bytes | str, models: frozenset[str] = frozenset()) -> Outcome:
    """Read and store one conversation, from its JSON; a model that is not among `models` is not asked for."""
    read = _read(source)
    if isinstance(read, Outcome):
        return read
    steps = imports.import_conversation(user_id, read, models)
    while (outcome := _step(read, steps)) is None:
        pass
    return outcome


def _read(source: bytes | str) -> ImportedConversation | Outcome:
    """Slow, where it is large."""
    bounds = portable.Bounds(
        now=timezone.now(), question=settings.CHAT_MAX_MESSAGE_CHARS, reply=settings.CHAT_MAX_REPLY_CHARS
    )
    title = ""
    try:
        value = portable.parse(source)
        title = portable.title_of(value)
        return portable.convert(value, bounds)
    except portable.Unreadable as error:
        return Outcome("failed", title or _("A conversation without a title"), reason=error.message)


def _step(incoming: ImportedConversation, steps: Generator[None, None, UUID | None]) -> Outcome | None:
    """The next one; what became of it after the last."""
    try:
        next(steps)
    except StopIteration as end:
        made: UUID | None = end.value
        return Outcome("known" if made is None else "imported", incoming.title or _("New chat"), made)
    return None
