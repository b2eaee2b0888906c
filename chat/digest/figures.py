"""The figures of completions: made when one begins, and once more when it has ended or was rated."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce

from chat.models import Completion, CompletionFigures

LARGEST: Final = 2**31 - 1
"""What the columns hold; a provider may say anything."""
_MADE_ANEW: Final = tuple(
    field.attname for field in CompletionFigures._meta.concrete_fields if not field.primary_key
)
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


def put_figures(conversations: Collection[UUID], *, figures_too: bool) -> None:
    """Of all their completions that have none, ended, were rated or changed hands since; or just of all."""
    rows = Completion.objects.filter(message__conversation__in=conversations)
    if not figures_too:
        rated = When(message__completion=F("id"), then=Coalesce("message__feedback__rating", 0))
        rows = rows.annotate(
            rated=Case(rated, default=Value(0)), counted=Coalesce("figures__rating", 0)
        ).filter(
            Q(figures=None)
            | ~Q(figures__status=F("status"), figures__owner=F("message__conversation__owner"))
            | ~Q(counted=F("rated"))
        )
    CompletionFigures.objects.bulk_create(
        (_figures(row) for row in rows.order_by("id").values(*_READ)),
        update_conflicts=True,
        unique_fields=["completion"],
        update_fields=_MADE_ANEW,
    )


def _figures(row: dict[str, Any]) -> CompletionFigures:
    usage = row["usage"] if isinstance(row["usage"], dict) else {}
    error = row["error"] if isinstance(row["error"], dict) else {}
    code = error.get("code") or error.get("type") or ""
    # What was rated is what the last of a reply's calls left.
    wrote_last = row["message__completion_id"] == row["id"]
    return CompletionFigures(
        completion_id=row["id"],
        conversation_id=row["message__conversation_id"],
        owner_id=row["message__conversation__owner_id"],
        asked=row["created"],
        model=row["model"],
        status=row["status"],
        finish_reason=row["finish_reason"] or "",
        cut_off=row["cut_off"],
        error_code=str(code)[:60],
        source=row["source"],
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
        first_token_ms=_between(row["started"], row["first_token"]),
        stream_ms=_between(row["first_token"], row["ended"]),
        rating=row["message__feedback__rating"] if wrote_last else None,
    )


def _count(said: Any) -> int:
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 <= said <= LARGEST:
        return 0
    return int(said)


def _between(begin: datetime | None, end: datetime | None) -> int | None:
    """Milliseconds. None where one is not known, or a clock was set back in between."""
    if begin is None or end is None or end < begin:
        return None
    return min((end - begin) // timedelta(milliseconds=1), LARGEST)
