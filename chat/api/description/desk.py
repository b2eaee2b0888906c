"""Calls of the review desk and of the administration of keys: by keys with their scopes, of users who may."""

from typing import Any

from chat.api.description import examples
from chat.api.description.operation import Answer, Body, Operation, Parameter
from chat.api.description.values import COUNT, FLAG, TEXT, Schema, one_of
from chat.models.digest import FINISHES, SOURCES
from chat.models.judgement import Verdict
from chat.models.status import Status
from chat.review.export_forms import FORMS
from chat.review.reader import REASONS

_REVIEW, _ADMIN = "Review", "Administration"
_LOGGED = "In the audit log, as if it was done on the desk's page."
_DAY: Schema = {**TEXT, "format": "date"}


def _among(values: Any, name: str, text: str) -> Parameter:
    return Parameter(name, text, schema=one_of(*(str(value) for value in values)), many=True)


def _or_none(schema: Schema) -> Schema:
    """Empty, as a form sends what was left out: no condition."""
    return {"anyOf": [schema, {"const": ""}]}


FILTER = (
    Parameter("user", "A user's name."),
    Parameter("group", "A group's number.", schema=_or_none(COUNT)),
    Parameter("model", "Answered by this model."),
    _among(Status.values, "status", "How a reply ended."),
    Parameter("cause", "Why one failed or was cut off: a code."),
    _among(FINISHES, "finish", "Why the model stopped."),
    _among(SOURCES, "source", "By which way it was asked."),
    Parameter("rating", "How a reply was rated.", schema=_or_none(one_of("up", "down"))),
    Parameter("comment", "With a comment.", schema=FLAG),
    Parameter("flagged", "Open flags, or any.", schema=_or_none(one_of("open", "any"))),
    Parameter("verdict", "What reviewers said.", schema=_or_none(one_of("none", *map(str, Verdict.values)))),
    Parameter("label", "A label's number.", schema=_or_none(COUNT)),
    Parameter("assignee", "A name, `me` or `nobody`."),
    Parameter("escalated", "Escalated ones.", schema=FLAG),
    Parameter("length_from", "Characters at least.", schema=_or_none(COUNT)),
    Parameter("length_to", "Characters at most.", schema=_or_none(COUNT)),
    Parameter("tokens_from", "Tokens at least.", schema=_or_none(COUNT)),
    Parameter("tokens_to", "Tokens at most.", schema=_or_none(COUNT)),
    Parameter("date_from", "Asked on this day or later.", schema=_or_none(_DAY)),
    Parameter("date_to", "Asked on this day or before.", schema=_or_none(_DAY)),
    Parameter(
        "q", "Words: what is listed are the places where they stand.", schema={**TEXT, "maxLength": 200}
    ),
    Parameter(
        "sort", "Of places: the newest or the best first.", schema=_or_none(one_of("newest", "ranked"))
    ),
)
_ROW = {
    "conversation": examples.CONVERSATION,
    "title": "Why the sky is blue",
    "owner": "alice",
    "updated": "2026-11-27T10:00:00Z",
    "messages": 2,
    "tokens": 7,
    "models": ["demo"],
    "statuses": ["complete"],
    "sources": ["page"],
    "liked": 0,
    "disliked": 0,
    "comments": 0,
    "deleted": False,
    "flags": 1,
    "verdict": None,
    "labels": [],
    "assignee": None,
    "escalated": False,
}
_FLAG = {
    "id": 7,
    "message": None,
    "kind": "hand",
    "rule": None,
    "reason": "Look at this.",
    "raised": "2026-11-27T10:00:00Z",
    "resolved": None,
}
_JUDGEMENT: dict[str, Any] = {
    "message": None,
    "verdict": "useful",
    "labels": [],
    "assignee": None,
    "escalated": False,
    "version": 1,
}
_PLACES = (
    Parameter("reviewed_id", "The conversation's id.", "path", example=examples.CONVERSATION, required=True),
)
_FLAG_ID = Parameter("flag_id", "The flag's number.", "path", schema=COUNT, example=7, required=True)

OPERATIONS = (
    Operation(
        "get",
        "/api/v1/review/conversations",
        "Find conversations of all users",
        "The conditions are those of the desk's list, by the same names; all that are said must hold.",
        _REVIEW,
        auth="key",
        parameters=(*FILTER, Parameter("cursor", "`next` of the page before.")),
        answers={
            "200": Answer("A page of them.", "ReviewPage", {"results": [_ROW], "next": None, "count": 1})
        },
    ),
    Operation(
        "get",
        "/api/v1/review/conversations/{reviewed_id}",
        "Read one of them",
        "With all its branches, and what reviewers made of it. Each reading is an entry of the audit log.",
        _REVIEW,
        auth="key",
        parameters=(
            *_PLACES,
            Parameter("reason", "Why, where the site asks (400 `reason_required`).", schema=one_of(*REASONS)),
        ),
        answers={"200": Answer("The conversation.", "Reviewed")},
    ),
    Operation(
        "patch",
        "/api/v1/review/conversations/{reviewed_id}/judgement",
        "Judge it",
        "Only the fields that are sent. Where somebody changed it meanwhile: 409 `overtaken`.",
        _REVIEW,
        auth="key",
        parameters=_PLACES,
        body=Body("Judgement", {"a verdict": {"seen": 0, "verdict": "useful"}}),
        answers={"200": Answer("As it is now.", "Judgements", {"judgements": [_JUDGEMENT]})},
        errors=("409",),
        effect=_LOGGED,
    ),
    Operation(
        "post",
        "/api/v1/review/conversations/{reviewed_id}/flags",
        "Raise a flag",
        "One by hand that is open stays the only one.",
        _REVIEW,
        auth="key",
        parameters=_PLACES,
        body=Body("NewFlag", {"with a reason": {"reason": "Look at this."}}, required=False),
        answers={"201": Answer("Raised.", "Flags", {"id": 7, "flags": [_FLAG]})},
        effect=_LOGGED,
    ),
    Operation(
        "patch",
        "/api/v1/review/conversations/{reviewed_id}/flags/{flag_id}",
        "Resolve a flag, or open it again",
        group=_REVIEW,
        auth="key",
        parameters=(*_PLACES, _FLAG_ID),
        body=Body("FlagChange", {"resolved": {"resolved": True}}),
        answers={"200": Answer("As they are now.", "Flags", {"flags": [_FLAG]})},
        effect=_LOGGED,
    ),
    Operation(
        "get",
        "/api/v1/review/export",
        "Take out all that a filter finds",
        "A file that is made while it is fetched; one that is not whole says so at its end. Its begin and "
        "its end are entries of the audit log.",
        _REVIEW,
        auth="key",
        parameters=(
            *FILTER,
            Parameter("format", "The form.", schema={**one_of(*FORMS), "default": "jsonl"}),
            Parameter("pseudonymised", "Pseudonyms instead of names.", schema={**FLAG, "default": False}),
        ),
        answers={
            "200": Answer(
                "The file.",
                headers=("Content-Disposition!",),
                files=tuple(dict.fromkeys(form.content_type.partition(";")[0] for form in FORMS.values())),
            )
        },
    ),
    Operation(
        "get",
        "/api/v1/admin/keys",
        "List everybody's API keys",
        "Never the keys themselves.",
        _ADMIN,
        auth="key",
        parameters=(
            Parameter("user", "Those of one user, by name."),
            Parameter("cursor", "`next` of the page before."),
        ),
        answers={"200": Answer("A page of them.", "KeyPage", {"results": [], "next": None})},
    ),
    Operation(
        "post",
        "/api/v1/admin/keys/{prefix}/revoke",
        "Revoke a key",
        "What was opened with it is closed within two seconds.",
        _ADMIN,
        auth="key",
        parameters=(
            Parameter("prefix", "Its first 12 characters.", "path", example="chat-Ab3dE6g", required=True),
        ),
        body=Body("NoFields", {"with nothing": {}}, required=False),
        answers={"204": Answer("It is revoked.")},
        effect="Shuts out the programs that use it, for good.",
        destroys=True,
    ),
    Operation(
        "get",
        "/api/v1/admin/usage",
        "What was used",
        "Tokens and costs by user, key or model; at most 366 days at once.",
        _ADMIN,
        auth="key",
        parameters=(
            Parameter(
                "by", "What it is told of.", schema={**one_of("user", "key", "model"), "default": "user"}
            ),
            Parameter("from", "The first day; absent: of the month.", schema=_DAY),
            Parameter("to", "The last day; absent: today.", schema=_DAY),
        ),
        answers={
            "200": Answer(
                "The sums.",
                "Usage",
                {
                    "from": "2026-11-01",
                    "to": "2026-11-27",
                    "results": [
                        {
                            "user": "alice",
                            "replies": 3,
                            "tokens_read": 900,
                            "tokens_written": 400,
                            "cost": {"USD": "0.0124"},
                        }
                    ],
                },
            )
        },
    ),
)
