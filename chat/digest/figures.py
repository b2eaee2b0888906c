"""The figures of completions: made when one begins, and once more when it has ended or was rated."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, UUIDField, Value, When
from django.db.models.functions import Coalesce

from chat.models import Completion, CompletionFigures
from chat.statements import Among, Param, Select, Upsert

LARGEST: Final = 2**31 - 1
"""What the columns hold; a provider may say anything."""
_READ: Final = (
    "id",
    "message__conversation_id",
    "message__conversation__owner_id",
    "message__completion_id",
    "message__feedback__rating",
    "model",
    "status",
    "finish_reason",
    "cut_off",
    "error",
    "usage",
    "source",
    "created",
    "started",
    "first_token",
    "ended",
)


class _Row(NamedTuple):
    """As `_READ` names them; keys, and the moment that it was asked, as the database stores them."""

    id: Any
    conversation: Any
    owner: int
    writer: Any
    rating: int | None
    model: str
    status: str
    finish_reason: str | None
    cut_off: str
    error: Any
    usage: Any
    source: str
    asked: Any
    started: datetime | None
    first_token: datetime | None
    ended: datetime | None


def _all_rows() -> QuerySet[Completion]:
    among = Among("message__conversation_id", Param("conversations", UUIDField()))
    return Completion.objects.filter(among).order_by("id")


def _rows_that_changed() -> QuerySet[Completion]:
    rated = When(message__completion=F("id"), then=Coalesce("message__feedback__rating", 0))
    return (
        _all_rows()
        .annotate(rated=Case(rated, default=Value(0)), counted=Coalesce("figures__rating", 0))
        .filter(
            Q(figures=None)
            | ~Q(figures__status=F("status"), figures__owner=F("message__conversation__owner"))
            | ~Q(counted=F("rated"))
        )
    )


# What goes on as it came is neither read nor written in Python's terms: that was half of what a row cost.
_AS_STORED: Final = tuple(
    map(_READ.index, ("id", "message__conversation_id", "message__completion_id", "created"))
)
_read_all = Select(lambda: _all_rows().values_list(*_READ), as_stored=_AS_STORED)
_read_changed = Select(lambda: _rows_that_changed().values_list(*_READ), as_stored=_AS_STORED)
_put = Upsert(CompletionFigures, as_stored=("completion_id", "conversation_id", "asked"))


def put_figures(conversations: Collection[UUID], *, figures_too: bool) -> None:
    """Of all their completions that have none, ended, were rated or changed hands since; or just of all."""
    read = _read_all if figures_too else _read_changed
    _put(_figures(_Row._make(row)) for row in read.rows(conversations=conversations))


def _figures(row: _Row) -> dict[str, Any]:
    usage = row.usage if isinstance(row.usage, dict) else {}
    error = row.error if isinstance(row.error, dict) else {}
    code = error.get("code") or error.get("type") or ""
    return {
        "completion_id": row.id,
        "conversation_id": row.conversation,
        "owner_id": row.owner,
        "asked": row.asked,
        "model": row.model,
        "status": row.status,
        "finish_reason": row.finish_reason or "",
        "cut_off": row.cut_off,
        "error_code": str(code)[:60],
        "source": row.source,
        "prompt_tokens": _count(usage.get("prompt_tokens")),
        "completion_tokens": _count(usage.get("completion_tokens")),
        "first_token_ms": _between(row.started, row.first_token),
        "stream_ms": _between(row.first_token, row.ended),
        # What was rated is what the last of a reply's calls left.
        "rating": row.rating if row.writer == row.id else None,
    }


def _count(said: Any) -> int:
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 <= said <= LARGEST:
        return 0
    return int(said)


def _between(begin: datetime | None, end: datetime | None) -> int | None:
    """Milliseconds. None where one is not known, or a clock was set back in between."""
    if begin is None or end is None or end < begin:
        return None
    return min((end - begin) // timedelta(milliseconds=1), LARGEST)
