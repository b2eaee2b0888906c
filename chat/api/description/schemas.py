"""The values that the API takes and gives, as JSON Schema.

Request bodies and events are made from their own types, so that they cannot drift; what is described
by hand (messages, conversations, models, errors) is compared with real answers by the tests.
"""

from typing import Any, get_args

import msgspec

from chat import portable
from chat.api.bodies import NoFields
from chat.api.description import desk_schemas, openai_schemas
from chat.api.description.limits import LIMITS
from chat.api.description.texts import FIELD_TEXTS
from chat.api.description.values import (
    COUNT,
    FLAG,
    ID,
    OBJECTS,
    TEXT,
    TIME,
    Schema,
    an_object,
    list_of,
    one_of,
    or_null,
    page_of,
    ref,
    ref_or_null,
)
from chat.events import POSITIONLESS, Event, ReplyStatus
from chat.service.requests import Again, Ask, Changes, NewConversation, Rating, Report, Restore
from chat.service.review_desk import FlagChange, Judgement, NewFlag
from chat.wire.probe import Said

BODIES = (
    *(Ask, Again, NewConversation, Changes, Rating, Report, Restore, NoFields),
    *(Judgement, NewFlag, FlagChange),
)

_TEXTS = FIELD_TEXTS | openai_schemas.TEXTS | desk_schemas.TEXTS


def components() -> dict[str, Schema]:
    """Every named schema, each of its fields with a sentence."""
    schemas = _bodies() | _events() | _probe() | _resources()
    schemas |= openai_schemas.schemas() | desk_schemas.schemas()
    for name, schema in schemas.items():
        for field, text in _TEXTS.get(name, {}).items():
            schema["properties"][field] = {**schema["properties"][field], "description": text}
    return schemas


def _bodies() -> dict[str, Schema]:
    _, made = msgspec.json.schema_components(BODIES, ref_template="#/components/schemas/{name}")
    for name, limits in (LIMITS | desk_schemas.LIMITS).items():
        for field, limit in limits.items():
            before = made[name]["properties"][field]
            kept = {"default": before["default"]} if "default" in before else {}
            made[name]["properties"][field] = limit | kept
    return dict(made)


def _events() -> dict[str, Schema]:
    """Each event, and `Event`, which is any of them."""
    kinds = get_args(Event)
    _, made = msgspec.json.schema_components(kinds)
    events: dict[str, Schema] = {}
    for kind in kinds:
        schema = made[kind.__name__]
        properties = schema["properties"] | {"type": {"const": kind.type}}
        if kind not in POSITIONLESS:
            properties["id"] = {"type": "string"}
        events[kind.__name__] = {
            "type": "object",
            "description": kind.__doc__,
            "properties": properties,
            "required": schema["required"],
        }
    events["End"]["properties"]["error"] = ref_or_null("ErrorDetails")
    union = {
        "oneOf": [ref(name) for name in events],
        "discriminator": {
            "propertyName": "type",
            "mapping": {kind.type: f"#/components/schemas/{kind.__name__}" for kind in kinds},
        },
    }
    return events | {"Event": union}


def _probe() -> dict[str, Schema]:
    """What a probe says."""
    kinds = get_args(Said)
    _, made = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/Probe{name}")
    for kind in kinds:
        schema = made[kind.__name__]
        schema["properties"]["type"] = {"const": schema["properties"]["type"]["default"]}
        schema["required"].append("type")
    named: dict[str, Schema] = {f"Probe{name}": schema for name, schema in made.items()}
    return named | {"ProbeSaid": {"oneOf": [ref(f"Probe{kind.__name__}") for kind in kinds]}}


def _resources() -> dict[str, Schema]:
    return {
        "Message": an_object(
            {
                "id": ID,
                "conversation": ID,
                "parent": or_null(ID),
                "role": one_of("system", "user", "assistant", "tool"),
                "content": TEXT,
                "attachments": list_of("Attachment"),
                "reasoning": TEXT,
                "status": one_of(*get_args(ReplyStatus)),
                "model": or_null(TEXT),
                "finish_reason": or_null(TEXT),
                "usage": or_null({"type": "object"}),
                "error": ref_or_null("ErrorDetails"),
                "cut_off": one_of("left", "drain", "crash", None),
                "created": TIME,
                "started": or_null(TIME),
                "first_token": or_null(TIME),
                "first_text": or_null(TIME),
                "ended": or_null(TIME),
                "feedback": ref_or_null("Feedback"),
                "notices": OBJECTS,
                "tool_calls": OBJECTS,
                "tool_call_id": TEXT,
                "parts": OBJECTS,
            },
            optional={"notices", "tool_calls", "tool_call_id", "parts"},
        ),
        "Attachment": an_object(_ATTACHMENT),
        "Upload": an_object(_ATTACHMENT | {"created": TIME, "characters": COUNT}, optional={"characters"}),
        "UploadPage": page_of("Upload"),
        "Feedback": an_object({"rating": one_of(1, -1, None), "comment": or_null(TEXT)}),
        "Conversation": an_object(_CONVERSATION),
        "ConversationTree": an_object(_CONVERSATION | {"messages": list_of("Message")}),
        "ConversationPage": page_of("Conversation"),
        "Export": an_object(
            {
                "format": {"const": portable.FORMAT},
                "version": {"const": portable.VERSION},
                "exported": TIME,
                "conversation": ref("ConversationTree"),
            }
        ),
        "Model": an_object(
            {
                "id": TEXT,
                "name": TEXT,
                "context_length": or_null({"type": "integer"}),
                "vision": FLAG,
                "default": FLAG,
            }
        ),
        "ModelPage": page_of("Model"),
        "Background": an_object(
            {"conversation": ID, "request": or_null(ID), "reply": ID, "stream_url": TEXT}
        ),
        "LiveError": an_object({"type": {"const": "error"}, "reply": TEXT, "error": ref("ErrorDetails")}),
        "Ping": an_object({"type": {"const": "ping"}}),
        "Description": {"type": "object", "description": "A description in its own format."},
        "Error": an_object({"error": ref("ErrorDetails")}),
        "ErrorDetails": an_object({"type": TEXT, "code": TEXT, "message": TEXT, "param": or_null(TEXT)}),
    }


_ATTACHMENT: dict[str, Any] = {
    "id": ID,
    "name": TEXT,
    "kind": one_of("image", "text", "pdf"),
    "content_type": TEXT,
    "size": COUNT,
}
_CONVERSATION: dict[str, Schema] = {
    "id": ID,
    "title": TEXT,
    "model": or_null(TEXT),
    "system_prompt": TEXT,
    "params": {"type": "object"},
    "temporary": FLAG,
    "pinned": FLAG,
    "archived": FLAG,
    "active": or_null(ID),
    "created": TIME,
    "updated": TIME,
}
