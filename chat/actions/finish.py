"""The end of a reply, guarded: who comes second re-reads what the first one wrote."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import UUIDField
from django.utils import timezone

from chat.access.running_text import read_pieces
from chat.digest.spent import count_reply
from chat.digest.stale import note_change
from chat.group_commit import atomic
from chat.models import Checkpoint, Completion, Message
from chat.models.status import Status
from chat.parts import parts_of_calls, tool_calls_of
from chat.search import waiting
from chat.statements import Delete, Param, Update, key_of

DELETED = {
    "type": "invalid_request_error",
    "code": "deleted",
    "message": "The reply was deleted.",
    "param": None,
}


_EPOCH, _REPLY = Param("epoch", UUIDField()), Param("reply", UUIDField())
_end_reply = Update(
    lambda: Message.objects.filter(id=_REPLY, status=Status.STREAMING, completion_id=_EPOCH),
    *("status", "content", "reasoning", "parts"),
    returning="conversation_id",
)
_end_completion = Update(
    lambda: Completion.objects.filter(id=_EPOCH),
    *("status", "finish_reason", "usage", "error", "notices", "server"),
    *("started", "first_token", "first_text", "cut_off", "ended", "place"),
)
_forget_checkpoints = Delete(lambda: Checkpoint.objects.filter(completion_id=_EPOCH))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a completion ended, and the reply's whole text then."""

    status: str
    text: str
    reasoning: str
    finish_reason: str | None = None
    usage: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    started: datetime | None = None
    first_token: datetime | None = None
    first_text: datetime | None = None
    notices: list[dict[str, Any]] = field(default_factory=list)
    tool_calls: tuple[dict[str, Any], ...] = ()
    cut_off: str = ""
    """Why it was interrupted (`chat.models.completion.CutOff`); empty where it was not."""


@atomic
def finish(reply: UUID, epoch: UUID, outcome: Outcome) -> Outcome:
    """End the reply so, or tell how it was ended before."""
    ended = _end_reply.told(
        reply=reply,
        epoch=epoch,
        status=outcome.status,
        content=outcome.text,
        reasoning=outcome.reasoning,
        parts=parts_of_calls(outcome.tool_calls),
    )
    if not ended:
        return _as_ended_before(reply, epoch, outcome)
    _forget_checkpoints.send(epoch=epoch)
    _note_end(reply, key_of(*ended))
    count_reply(epoch, outcome.usage, outcome.text, outcome.reasoning)
    # Last: from where it was asked is forgotten with its end, and counted before.
    _end_completion.send(
        epoch=epoch,
        status=outcome.status,
        finish_reason=outcome.finish_reason,
        usage=outcome.usage,
        error=outcome.error,
        notices=outcome.notices,
        server=None,
        started=outcome.started,
        first_token=outcome.first_token,
        first_text=outcome.first_text,
        cut_off=outcome.cut_off,
        ended=timezone.now(),
        place=None,
    )
    return outcome


@transaction.atomic
def finish_as_saved(
    epoch: UUID, status: str, error: dict[str, Any] | None = None, cut_off: str = "", **guard: Any
) -> bool:
    """End a reply with the text of its checkpoints, for an owner that cannot; False when it runs no more.

    `guard`: look-ups on the message that must hold as well.
    """
    message = (
        Message.objects.select_for_update(of=("self",), no_key=True)
        .filter(status=Status.STREAMING, completion_id=epoch, **guard)
        .first()
    )
    if message is None:
        return False
    read_pieces(completion=epoch).join([message])
    outcome = Outcome(status, message.content, message.reasoning, error=error)
    Message.objects.filter(id=message.id).update(
        status=status, content=outcome.text, reasoning=outcome.reasoning
    )
    Checkpoint.objects.filter(completion_id=epoch).delete()
    _note_end(message.id, message.conversation_id)
    count_reply(epoch, None, outcome.text, outcome.reasoning)
    Completion.objects.filter(id=epoch).update(
        status=status, error=error, cut_off=cut_off, server=None, ended=timezone.now(), place=None
    )
    return True


def _note_end(reply: UUID, conversation: UUID) -> None:
    """Its text can be found from now on, and its conversation has changed."""
    waiting.note(message=reply)
    note_change(conversation)


def _as_ended_before(reply: UUID, epoch: UUID, ours: Outcome) -> Outcome:
    message = Message.objects.filter(id=reply).first()
    completion = Completion.objects.filter(id=epoch).first()
    if message is None or completion is None:
        return Outcome(Status.STOPPED, ours.text, ours.reasoning, error=DELETED)
    text, reasoning = message.content, message.reasoning
    later = message.completions.filter(number__gt=completion.number).order_by("number").first()
    if later is not None:  # `continue` reopened it: this epoch ended where that one began
        text, reasoning = text[: later.text_start], reasoning[: later.reasoning_start]
    return Outcome(
        completion.status,
        text,
        reasoning,
        finish_reason=completion.finish_reason,
        usage=completion.usage,
        error=completion.error,
        notices=completion.notices,
        tool_calls=tool_calls_of(message.parts) if later is None else (),
    )
