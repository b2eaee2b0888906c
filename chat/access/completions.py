"""The upstream calls that wrote into replies, in their order: what each was asked with and how it went."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from chat.access.descriptions import timestamp
from chat.models import Completion

VALUES = ("number", "source", "connection", "model", "params", "status", "finish_reason", "usage", "error")
MOMENTS = ("created", "started", "first_token", "first_text", "ended")


def read_completions(messages: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """Those of these replies, by the replies' ids. One query."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in Completion.objects.filter(message_id__in=messages).order_by("number"):
        described = {name: getattr(row, name) for name in (*VALUES, "cut_off", "text_start")}
        moments = {name: timestamp(getattr(row, name)) for name in MOMENTS}
        found[str(row.message_id)].append(described | moments)
    return dict(found)
