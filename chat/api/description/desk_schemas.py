"""The values of the review desk and of the administration of keys, with a sentence for each field."""

from typing import Any

from chat.api.description.values import (
    COUNT,
    FLAG,
    ID,
    TEXT,
    TIME,
    Schema,
    an_object,
    list_of,
    one_of,
    or_null,
    ref,
    ref_or_null,
)
from chat.models.flag import FlagKind
from chat.models.judgement import Verdict
from chat.quota import QUOTA_FIELDS
from chat.scopes import SCOPES

_TEXTS: Schema = {"type": "array", "items": TEXT}
_VERDICT: Schema = one_of(*(str(value) for value in Verdict.values), None)
_MONEY: Schema = {"type": "object", "additionalProperties": TEXT}
_NAME = or_null(TEXT)

LIMITS: dict[str, dict[str, Any]] = {
    "Judgement": {
        "seen": COUNT,
        "message": {"anyOf": [ID, {"type": "null"}]},
        "verdict": _VERDICT,
    },
    "NewFlag": {
        "message": {"anyOf": [ID, {"type": "null"}]},
        "reason": {**TEXT, "maxLength": 2000},
    },
}


def schemas() -> dict[str, Schema]:
    return {
        "ReviewRow": an_object(
            {
                "conversation": ID,
                "title": _NAME,
                "owner": TEXT,
                "updated": TIME,
                "created": TIME,
                "messages": COUNT,
                "tokens": COUNT,
                "models": _TEXTS,
                "statuses": _TEXTS,
                "sources": _TEXTS,
                "liked": COUNT,
                "disliked": COUNT,
                "comments": COUNT,
                "deleted": FLAG,
                "flags": COUNT,
                "verdict": _VERDICT,
                "labels": _TEXTS,
                "assignee": _NAME,
                "escalated": FLAG,
                "message": or_null(ID),
                "role": _NAME,
                "status": _NAME,
                "snippet": _NAME,
            },
            optional=_OF_ROWS | _OF_PLACES,
        ),
        "ReviewPage": an_object(
            {"results": list_of("ReviewRow"), "next": _NAME, "count": or_null(COUNT)}, optional={"count"}
        ),
        "Reviewed": an_object(
            {
                "conversation": {"type": "object"},
                "user": TEXT,
                "deleted": or_null(TIME),
                "tokens": {"type": "object"},
                "cost": _MONEY,
                "judgements": list_of("JudgementRead"),
                "flags": list_of("FlagRead"),
                "notes": {"type": "array", "items": {"type": "object"}},
            }
        ),
        "JudgementRead": an_object(
            {
                "message": or_null(ID),
                "verdict": _VERDICT,
                "labels": _TEXTS,
                "assignee": _NAME,
                "escalated": FLAG,
                "version": COUNT,
            }
        ),
        "Judgements": an_object({"judgements": list_of("JudgementRead")}),
        "FlagRead": an_object(
            {
                "id": COUNT,
                "message": or_null(ID),
                "kind": one_of(*(str(value) for value in FlagKind.values)),
                "rule": _NAME,
                "reason": TEXT,
                "raised": TIME,
                "resolved": or_null(TIME),
            }
        ),
        "Flags": an_object({"id": COUNT, "flags": list_of("FlagRead")}, optional={"id"}),
        "KeyOfAnybody": an_object(
            {
                "user": TEXT,
                "name": TEXT,
                "prefix": TEXT,
                "scopes": {"type": "array", "items": one_of(*SCOPES)},
                "created": TIME,
                "expires": or_null(TIME),
                "revoked": or_null(TIME),
                "last_used": or_null(TIME),
                "last_address": _NAME,
                "limits": ref("KeyLimits"),
                "used_this_month": ref_or_null("Used"),
            }
        ),
        "KeyLimits": an_object(
            {name: or_null(TEXT if name.startswith("cost") else COUNT) for name in QUOTA_FIELDS}
        ),
        "KeyPage": an_object({"results": list_of("KeyOfAnybody"), "next": _NAME}),
        "Used": an_object(
            {
                "user": _NAME,
                "key": _NAME,
                "model": _NAME,
                "replies": COUNT,
                "tokens_read": COUNT,
                "tokens_written": COUNT,
                "cost": _MONEY,
            },
            optional={"user", "key", "model"},
        ),
        "Usage": an_object(
            {
                "from": {**TEXT, "format": "date"},
                "to": {**TEXT, "format": "date"},
                "results": list_of("Used"),
            }
        ),
    }


_OF_PLACES = {"created", "message", "role", "status", "snippet"}
_OF_ROWS = {
    *("updated", "messages", "tokens", "models", "statuses", "sources", "liked", "disliked", "comments"),
    *("deleted", "flags", "verdict", "labels", "assignee", "escalated"),
}
_MESSAGE = "The message; null: the whole conversation."
TEXTS: dict[str, dict[str, str]] = {
    "Judgement": {
        "seen": "The `version` that was read; 0 where there was no judgement yet.",
        "message": "Of which message; null: of the whole conversation.",
        "verdict": "Null takes it back. A verdict settles the open flags.",
        "labels": "All that it shall have, by their names.",
        "assignee": "Who looks after the conversation, by name; null: nobody.",
        "escalated": "Whether somebody else has to decide.",
    },
    "NewFlag": {"message": "Of which message; null: of the whole conversation.", "reason": "For reviewers."},
    "FlagChange": {"resolved": "False opens it again."},
    "ReviewRow": {
        "conversation": "Its id.",
        "title": "Null where it is masked until the conversation was opened.",
        "owner": "The user's name.",
        "updated": "When it was last asked or answered.",
        "created": "Of a place: when that was said.",
        "messages": "How many it has.",
        "tokens": "Read and written.",
        "models": "By which it was answered.",
        "statuses": "Of its replies.",
        "sources": "By which ways it was asked.",
        "liked": "Thumbs up.",
        "disliked": "Thumbs down.",
        "comments": "Comments with them.",
        "deleted": "Its user deleted it, and it is kept for review.",
        "flags": "Open ones.",
        "verdict": "Of the whole conversation.",
        "labels": "Of the whole conversation.",
        "assignee": "Who looks after it.",
        "escalated": "Whether somebody else has to decide.",
        "message": "Of a place: the message; null: the title.",
        "role": "Of a place: who said it.",
        "status": "Of a place: how the reply ended.",
        "snippet": "Of a place: the words and what stands around them; null where it is masked.",
    },
    "ReviewPage": {
        "results": "Conversations; with `q` the places where the words stand.",
        "next": "For `cursor`; null: there is no more.",
        "count": "How many there are; null on later pages, and where there are very many.",
    },
    "Reviewed": {
        "conversation": "As `GET conversations/{id}` gives it; each message also has its `completions`.",
        "user": "Whose it is.",
        "deleted": "When its user deleted it.",
        "tokens": "`read` and `written`, by all calls.",
        "cost": "Amounts by currency.",
        "judgements": "What reviewers made of it and of its messages.",
        "flags": "Open and resolved ones.",
        "notes": "What reviewers wrote to each other.",
    },
    "JudgementRead": {
        "message": _MESSAGE,
        "verdict": "Null: none.",
        "labels": "By their names.",
        "assignee": "Who looks after it.",
        "escalated": "Whether somebody else has to decide.",
        "version": "What a change names as `seen`.",
    },
    "Judgements": {"judgements": "As they are now."},
    "FlagRead": {
        "id": "To resolve it by.",
        "message": _MESSAGE,
        "kind": "Who or what raised it.",
        "rule": "The rule's name.",
        "reason": "What was said with it.",
        "raised": "When.",
        "resolved": "Null: it is open.",
    },
    "Flags": {"id": "Of the one that was raised, or was open.", "flags": "As they are now."},
    "KeyOfAnybody": {
        "user": "Whose it is.",
        "name": "What its user calls it.",
        "prefix": "Its first 12 characters.",
        "scopes": "What it may be used for.",
        "created": "When it was made.",
        "expires": "Null: never.",
        "revoked": "Null: it was not.",
        "last_used": "To the minute.",
        "last_address": "From where.",
        "limits": "Its own ones.",
        "used_this_month": "Null for users whose groups are exempt from review.",
    },
    "KeyLimits": {
        "requests_per_minute": "Null, here and below: as for its user.",
        "streams": "Replies at a time.",
        "sockets": "WebSockets and live connections at a time.",
        "tokens_per_day": "Read and written, on a day of the site.",
        "tokens_per_month": "The same in a month.",
        "cost_per_day": "In the currency of the prices, such as `2.50`; each currency by itself.",
        "cost_per_month": "The same in a month.",
        "message_chars": "Characters a message.",
        "attachment_bytes": "Bytes a file.",
    },
    "KeyPage": {"results": "The newest first.", "next": "For `cursor`; null: there is no more."},
    "Used": {
        "user": "With `by=user`; null: users who are exempt from review, or gone.",
        "key": "With `by=key`, its prefix; null: on pages, by exempt users, or by keys that are gone.",
        "model": "With `by=model`.",
        "replies": "How many ended.",
        "tokens_read": "By models.",
        "tokens_written": "By models.",
        "cost": "Amounts by currency; what has no price is not in it.",
    },
    "Usage": {"from": "The first day.", "to": "The last day.", "results": "The most tokens first."},
}
