"""What can be called next: an answer that makes something names the calls that take its id."""

from typing import Any

from chat.api.description.operation import Answer, Operation
from chat.api.description.operations import OPERATIONS

_TAKERS = {
    "message": ("/api/v1/messages/{message_id}", "message_id"),
    "conversation": ("/api/v1/conversations/{conversation_id}", "conversation_id"),
    "attachment": ("/api/v1/attachments/{attachment_id}", "attachment_id"),
}
_IN_HEADERS = {"X-Message-Id!": "message", "X-Conversation-Id!": "conversation"}
_MADE = {"Upload": "attachment", "Conversation": "conversation"}
"""By the schema of an answer with 201: its `id` is that of what was made."""


def components() -> dict[str, Any]:
    """Every link, by its name: from where the id is, to a call that takes it."""
    return {
        _name(kind, place, taker): {
            "operationId": taker.name.replace("-", "_"),
            "parameters": {_TAKERS[kind][1]: expression},
        }
        for kind, (prefix, _) in _TAKERS.items()
        for place, expression in _PLACES[kind].items()
        for taker in OPERATIONS
        if taker.path.startswith(prefix)
    }


def links_of(status: str, answer: Answer) -> dict[str, Any]:
    found = [(kind, "header") for name, kind in _IN_HEADERS.items() if name in answer.headers]
    if status == "201" and answer.schema in _MADE:
        found.append((_MADE[answer.schema], "body"))
    return {
        taker.name: {"$ref": f"#/components/links/{_name(kind, place, taker)}"}
        for kind, place in found
        for taker in OPERATIONS
        if taker.path.startswith(_TAKERS[kind][0])
    }


_PLACES = {
    "message": {"header": "$response.header.X-Message-Id"},
    "conversation": {"header": "$response.header.X-Conversation-Id", "body": "$response.body#/id"},
    "attachment": {"body": "$response.body#/id"},
}


def _name(kind: str, place: str, taker: Operation) -> str:
    return f"{kind}-of-{place}-to-{taker.name}"
