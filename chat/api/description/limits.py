"""What is asked of fields beyond their types: `chat.service.requests` checks it, here it is JSON Schema."""

from typing import Any

from chat.api.description.values import ID, TEXT, Schema, or_null
from chat.service.requests import MAX_COMMENT, TEXT_LIMITS

_NAMED: Schema = {"anyOf": [ID, {"type": "null"}]}
_OF_AGAIN: dict[str, Schema] = {
    "resume_window": {"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}]},
    "params": {
        "anyOf": [
            {
                "type": "object",
                "properties": {
                    name: {"type": ["number", "null"]}
                    for name in ("temperature", "top_p", "frequency_penalty", "presence_penalty")
                }
                | {name: {"type": ["integer", "null"]} for name in ("top_k", "seed")}
                | {
                    name: {"type": ["integer", "null"], "minimum": 1}
                    for name in ("max_tokens", "max_completion_tokens")
                },
            },
            {"type": "null"},
        ]
    },
}
LIMITS: dict[str, dict[str, Any]] = {
    "Ask": {
        "content": {**TEXT, "minLength": 1, "pattern": r"\S"},
        "attachments": {"type": "array", "items": ID, "uniqueItems": True},
        "conversation": _NAMED,
        "parent": _NAMED,
        **_OF_AGAIN,
    },
    "Again": _OF_AGAIN,
    "NewConversation": {
        **{name: {**or_null(TEXT), "maxLength": most} for name, most in TEXT_LIMITS.items()},
        "params": _OF_AGAIN["params"],
    },
    "Changes": {
        **{name: {**or_null(TEXT), "maxLength": most} for name, most in TEXT_LIMITS.items()},
        "title": {**TEXT, "maxLength": TEXT_LIMITS["title"], "pattern": r"\S"},
        "params": _OF_AGAIN["params"],
        "active": ID,
    },
    "Restore": {"active": _NAMED},
    "Rating": {
        "rating": {"enum": [1, -1, None]},
        "comment": {"type": ["string", "null"], "maxLength": MAX_COMMENT},
    },
}
