"""The values that the API takes and gives, as JSON Schema.

Request bodies and events are made from their own types, so that they cannot drift; what is described
by hand (messages, conversations, models, errors) is compared with real answers by the tests.
"""

from collections.abc import Collection
from typing import Any, get_args

import msgspec

from chat import portable
from chat.api.description.texts import FIELD_TEXTS
from chat.events import POSITIONLESS, Event
from chat.service.requests import Again, Ask, Changes, NewConversation, Rating, Report, Restore

Schema = dict[str, Any]

BODIES = (Ask, Again, NewConversation, Changes, Rating, Report, Restore)
_STATUSES = ["streaming", "complete", "stopped", "interrupted", "failed"]


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def components() -> dict[str, Schema]:
    """Every named schema, each of its fields with a sentence."""
    _, bodies = msgspec.json.schema_components(BODIES, ref_template="#/components/schemas/{name}")
    schemas = dict(bodies) | _events() | _resources()
    for name, schema in schemas.items():
        for field, text in FIELD_TEXTS.get(name, {}).items():
            schema["properties"][field] = {**schema["properties"][field], "description": text}
    return schemas


def _events() -> dict[str, Schema]:
    """Each event, and `Event`, which is any of them."""
    kinds = get_args(Event)
    _, made = msgspec.json.schema_components(kinds)
    events = {}
    for kind in kinds:
        schema = made[kind.__name__]
        properties = {"type": {"const": kind.type}, **schema["properties"]}
        if kind not in POSITIONLESS:
            properties["id"] = {"type": "string"}
        events[kind.__name__] = {
            "type": "object",
            "description": kind.__doc__,
            "properties": properties,
            "required": ["type", *schema["required"]],
        }
    union = {
        "oneOf": [ref(name) for name in events],
        "discriminator": {
            "propertyName": "type",
            "mapping": {kind.type: f"#/components/schemas/{kind.__name__}" for kind in kinds},
        },
    }
    return events | {"Event": union}


def _resources() -> dict[str, Schema]:
    return {
        "Message": _object(
            {
                "id": _ID,
                "conversation": _ID,
                "parent": _or_null(_ID),
                "role": {"enum": ["system", "user", "assistant", "tool"]},
                "content": _TEXT,
                "attachments": _list_of("Attachment"),
                "reasoning": _TEXT,
                "status": {"enum": _STATUSES},
                "model": _or_null(_TEXT),
                "finish_reason": _or_null(_TEXT),
                "usage": _or_null({"type": "object"}),
                "error": {"anyOf": [ref("ErrorDetails"), {"type": "null"}]},
                "cut_off": {"enum": ["left", "drain", "crash", None]},
                "created": _TIME,
                "started": _or_null(_TIME),
                "first_token": _or_null(_TIME),
                "first_text": _or_null(_TIME),
                "ended": _or_null(_TIME),
                "feedback": {"anyOf": [ref("Feedback"), {"type": "null"}]},
                "notices": _OBJECTS,
                "tool_calls": _OBJECTS,
                "tool_call_id": _TEXT,
                "parts": _OBJECTS,
            },
            optional={"notices", "tool_calls", "tool_call_id", "parts"},
        ),
        "Attachment": _object(_ATTACHMENT),
        "Upload": _object(
            _ATTACHMENT | {"created": _TIME, "characters": {"type": "integer"}}, optional={"characters"}
        ),
        "UploadPage": _page("Upload"),
        "Feedback": _object({"rating": {"enum": [1, -1, None]}, "comment": _or_null(_TEXT)}),
        "Conversation": _object(_CONVERSATION),
        "ConversationTree": _object(_CONVERSATION | {"messages": _list_of("Message")}),
        "ConversationPage": _page("Conversation"),
        "Export": _object(
            {
                "format": {"const": portable.FORMAT},
                "version": {"const": portable.VERSION},
                "exported": _TIME,
                "conversation": ref("ConversationTree"),
            }
        ),
        "Model": _object(
            {
                "id": _TEXT,
                "name": _TEXT,
                "context_length": _or_null({"type": "integer"}),
                "vision": {"type": "boolean"},
                "default": {"type": "boolean"},
            }
        ),
        "ModelPage": _page("Model"),
        "Background": _object(
            {"conversation": _ID, "request": _or_null(_ID), "reply": _ID, "stream_url": _TEXT}
        ),
        "Error": _object({"error": ref("ErrorDetails")}),
        "ErrorDetails": _object({"type": _TEXT, "code": _TEXT, "message": _TEXT, "param": _or_null(_TEXT)}),
    }


_TEXT: Schema = {"type": "string"}
_ID: Schema = {"type": "string", "format": "uuid"}
_TIME: Schema = {"type": "string", "format": "date-time"}
_OBJECTS: Schema = {"type": "array", "items": {"type": "object"}}
_FLAG: Schema = {"type": "boolean"}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _object(properties: dict[str, Schema], *, optional: Collection[str] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def _list_of(name: str) -> Schema:
    return {"type": "array", "items": ref(name)}


def _page(name: str) -> Schema:
    return _object({"results": _list_of(name), "next": _or_null(_TEXT)})


_ATTACHMENT: dict[str, Schema] = {
    "id": _ID,
    "name": _TEXT,
    "kind": {"enum": ["image", "text", "pdf"]},
    "content_type": _TEXT,
    "size": {"type": "integer"},
}
_CONVERSATION: dict[str, Schema] = {
    "id": _ID,
    "title": _TEXT,
    "model": _or_null(_TEXT),
    "system_prompt": _TEXT,
    "params": {"type": "object"},
    "temporary": _FLAG,
    "pinned": _FLAG,
    "archived": _FLAG,
    "active": _or_null(_ID),
    "created": _TIME,
    "updated": _TIME,
}
