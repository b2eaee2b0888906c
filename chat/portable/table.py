"""Conversations as a table: one message a line, in CSV that spreadsheets and programs read alike. Pure."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any, Final

from chat.portable.branch import branch_to

COLUMNS: Final = (
    "conversation",
    "title",
    "user",
    "message",
    "parent",
    "shown",
    "role",
    "model",
    "status",
    "finish_reason",
    "created",
    "started",
    "first_token",
    "ended",
    "prompt_tokens",
    "completion_tokens",
    "rating",
    "comment",
    "verdict",
    "labels",
    "files",
    "reasoning",
    "content",
)
BOM: Final = "\ufeff"
"""A spreadsheet takes a file without it for one of its own old encodings, and shows Chinese as rubbish."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def header() -> str:
    return BOM + _lines([COLUMNS])


def rows_of(conversation: Mapping[str, Any], user: str, judged: Mapping[str, Mapping[str, Any]]) -> str:
    """The lines of one conversation, all branches; `shown`: 1 for what stands on the branch that is shown.

    `judged`: verdict and labels of messages, by their ids; under the empty one those of the conversation.
    """
    messages = conversation["messages"]
    shown = {message["id"] for message in branch_to(messages, conversation["active"])}
    return _lines(_row(conversation, message, user, judged, shown) for message in messages)


def remark(text: str) -> str:
    """A line of its own that says something about the file."""
    return _lines([[text]])


def _row(
    conversation: Mapping[str, Any],
    message: Mapping[str, Any],
    user: str,
    judged: Mapping[str, Mapping[str, Any]],
    shown: set[str],
) -> list[Any]:
    usage, feedback = message["usage"] or {}, message["feedback"] or {}
    of_message, of_all = judged.get(message["id"], {}), judged.get("", {})
    return [
        conversation["id"],
        conversation["title"],
        user,
        message["id"],
        message["parent"],
        int(message["id"] in shown),
        message["role"],
        message["model"],
        message["status"],
        message["finish_reason"],
        message["created"],
        message["started"],
        message["first_token"],
        message["ended"],
        usage.get("prompt_tokens"),
        usage.get("completion_tokens"),
        feedback.get("rating"),
        feedback.get("comment"),
        of_message.get("verdict") or of_all.get("verdict"),
        ", ".join([*of_all.get("labels", ()), *of_message.get("labels", ())]),
        ", ".join(file["name"] for file in message["attachments"]),
        message["reasoning"],
        message["content"],
    ]


def _lines(rows: Iterable[Iterable[Any]]) -> str:
    """RFC 4180, with CRLF."""
    out = io.StringIO()
    csv.writer(out).writerows([_inert(value) for value in row] for row in rows)
    return out.getvalue()


def _inert(value: Any) -> Any:
    """A spreadsheet would run what looks like a formula, whoever wrote it: an apostrophe makes it text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
