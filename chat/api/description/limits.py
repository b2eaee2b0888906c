"""What is asked of fields beyond their types: `chat.service.requests` checks it, here it is JSON Schema."""

from typing import Any

from chat.api.description.values import ID, TEXT, Schema
from chat.service.requests import MAX_COMMENT

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
                | {
                    name: {"type": ["integer", "null"]}
                    for name in ("max_tokens", "max_completion_tokens", "top_k", "seed")
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
    "NewConversation": {"params": _OF_AGAIN["params"]},
    "Changes": {"params": _OF_AGAIN["params"], "active": ID},
    "Restore": {"active": _NAMED},
    "Rating": {
        "rating": {"enum": [1, -1, None]},
        "comment": {"type": ["string", "null"], "maxLength": MAX_COMMENT},
    },
}
