"""Every frame of the WebSocket, in both directions: what it means, its schema and examples."""

from dataclasses import dataclass
from typing import Any

import msgspec

from chat.api.description.examples import (
    BACKGROUND,
    CONVERSATION,
    ERROR,
    EVENTS,
    MESSAGE,
    POSITION,
    REPLY,
)
from chat.api.description.schemas import components
from chat.api.description.texts import FRAME_TEXTS
from chat.api.description.values import ID, TEXT, Schema, an_object, one_of, ref
from chat.scopes import SCOPES, Scope
from chat.service.frames import ASKING, MAX_REF_CHARS, PLAIN

REF: Schema = {
    "anyOf": [{**TEXT, "maxLength": MAX_REF_CHARS}, {"type": "integer"}, {"type": "null"}],
    "description": "Comes back on the `start`, `ack` or `error` that answers the frame.",
}
_KEY: Schema = {
    "type": ["string", "null"],
    "minLength": 1,
    "maxLength": 255,
    "description": "The same frame with the same key within 24 hours joins the first one's reply.",
}
_RENDER: Schema = {**one_of("html", None), "description": "`html`: the `block` events come too."}


@dataclass(frozen=True, slots=True)
class ClientFrame:
    """What a client sends. `answers`: the types of the frames that answer it."""

    type: str
    summary: str
    text: str
    answers: tuple[str, ...]
    examples: dict[str, dict[str, Any]]
    effect: str = ""
    scopes: tuple[Scope, ...] = ("chat",)
    """A key needs one of these."""

    @property
    def schema_name(self) -> str:
        return f"{self.type.capitalize()}Frame"


@dataclass(frozen=True, slots=True)
class ServerFrame:
    """What the server sends. `of`: the schema of the event that it carries."""

    type: str
    summary: str
    schema_name: str
    examples: tuple[dict[str, Any], ...]


_COSTS = "Asks a model, which may cost, and keeps the question and the reply in a conversation of yours."

FROM_CLIENT = (
    ClientFrame(
        "send",
        "Ask",
        "With the fields of `POST /api/v1/chat`. The events of the new reply follow, the `ref` on its "
        "`start`. With `stream: false` one `ack` has the `message` when it is done; with `background: true` "
        "one has the ids at once.",
        ("start", "ack", "error"),
        {
            "a question": {"type": "send", "ref": 1, "content": "Say hello", "resume_window": 30},
            "with rendered blocks": {
                "type": "send",
                "ref": "blocks",
                "content": "demo: fast Make a table",
                "render": "html",
            },
            "with thinking": {"type": "send", "content": "demo: fast demo: think What is seven times six?"},
            "whole": {"type": "send", "ref": 2, "content": "demo: fast Say hello", "stream": False},
            "in the background": {
                "type": "send",
                "ref": 3,
                "content": "demo: fast Say hello",
                "background": True,
                "idempotency_key": "once-and-no-more",
            },
            "in a conversation": {
                "type": "send",
                "ref": 4,
                "content": "demo: fast And then?",
                "conversation": CONVERSATION,
                "params": {"temperature": 0.2},
            },
        },
        _COSTS,
    ),
    ClientFrame(
        "regenerate",
        "Ask for another reply",
        "A new reply to the same question, beside this one.",
        ("start", "ack", "error"),
        {"as before": {"type": "regenerate", "ref": 5, "message": REPLY, "resume_window": 30}},
        "Asks the model once more, which may cost; the new reply becomes the one that is shown.",
    ),
    ClientFrame(
        "continue",
        "Go on with a reply that was cut off",
        "In the same message. An `error` (`reply_complete`) where it was complete.",
        ("start", "ack", "error"),
        {"as before": {"type": "continue", "ref": 6, "message": REPLY, "resume_window": 30}},
        "Asks the model to go on, which may cost; the message grows.",
    ),
    ClientFrame(
        "follow",
        "Follow a reply",
        "`ack`, then its events: all of them, or those after the position. A second follow of a reply "
        "replaces the first; from the very end its `end` comes once more.",
        ("ack", "error"),
        {
            "from its beginning": {"type": "follow", "ref": 7, "reply": REPLY},
            "from where one stands": {"type": "follow", "ref": 8, "reply": REPLY, "last_event_id": POSITION},
        },
        scopes=("read",),
    ),
    ClientFrame(
        "unfollow",
        "Follow it no more",
        "None of its events comes after the `ack`. It counts as leaving: the reply is stopped after its "
        "`resume_window` where nobody else follows.",
        ("ack", "error"),
        {"a reply": {"type": "unfollow", "ref": 9, "reply": REPLY}},
        "A reply that nobody follows any more is stopped after its `resume_window`, by default at once.",
        SCOPES,
    ),
    ClientFrame(
        "stop",
        "Stop a reply",
        "The `ack` has the `message` as saved; those who follow get `end`.",
        ("ack", "error"),
        {"a reply": {"type": "stop", "ref": 10, "reply": REPLY}},
        "Ends this reply where it is, for everybody who follows it. What has arrived is kept.",
    ),
    ClientFrame(
        "watch",
        "Tell what changes",
        "From then on `changed` comes for every conversation of yours.",
        ("ack", "error"),
        {"everything": {"type": "watch", "ref": 11}},
        scopes=("read",),
    ),
    ClientFrame(
        "ping",
        "Is anybody there?",
        "",
        ("pong", "error"),
        {"a ping": {"type": "ping"}},
        scopes=SCOPES,
    ),
)

FROM_SERVER = (
    ServerFrame(
        "start",
        "A reply begins; the `ref` of the frame that asked for it.",
        "StartFrame",
        ({**EVENTS["Start"], "ref": 1}, EVENTS["Start"]),
    ),
    ServerFrame("delta", "A piece of its text.", "Delta", (EVENTS["Delta"],)),
    ServerFrame("reasoning", "A piece of the model's thinking.", "Reasoning", (EVENTS["Reasoning"],)),
    ServerFrame("block", "A Markdown block that closed, rendered.", "Block", (EVENTS["Block"],)),
    ServerFrame("tool_calls", "What the model wants called.", "ToolCalls", (EVENTS["ToolCalls"],)),
    ServerFrame("queue", "It waits for its provider.", "Queue", (EVENTS["Queue"],)),
    ServerFrame("end", "It ended, and is saved.", "End", (EVENTS["End"],)),
    ServerFrame(
        "title",
        "A conversation was given a title, also one that nothing follows on this socket.",
        "Title",
        (EVENTS["Title"],),
    ),
    ServerFrame("changed", "After `watch`: read the conversation again.", "Changed", (EVENTS["Changed"],)),
    ServerFrame(
        "ack",
        "A frame was done; with what the same HTTP call would have answered, where that has a body.",
        "AckFrame",
        (
            {"type": "ack", "ref": 7},
            {"type": "ack", "ref": 10, "message": {**MESSAGE, "status": "stopped"}},
            {"type": "ack", "ref": 3, **BACKGROUND},
        ),
    ),
    ServerFrame(
        "error",
        "A frame was refused, or what it began has failed. The socket stays open.",
        "ErrorFrame",
        ({"type": "error", "ref": 7, "error": ERROR},),
    ),
    ServerFrame("pong", "Somebody is there.", "PongFrame", ({"type": "pong"},)),
)


def frame_schemas() -> dict[str, Schema]:
    """The schemas of all frames and what they refer to, each of their fields with a sentence."""
    known = components()
    schemas = {frame.schema_name: _client_schema(frame.type, known) for frame in FROM_CLIENT}
    schemas |= {
        "StartFrame": {
            **known["Start"],
            "properties": {**known["Start"]["properties"], "ref": REF},
        },
        "AckFrame": an_object(
            {
                "type": {"const": "ack"},
                "ref": REF,
                "message": ref("Message"),
                **known["Background"]["properties"],
            },
            optional={"message", *known["Background"]["properties"]},
        ),
        "ErrorFrame": an_object(
            {
                "type": {"const": "error"},
                "ref": REF,
                "error": ref("ErrorDetails"),
                "retry_after": {"type": "integer", "minimum": 1},
            },
            optional={"retry_after"},
        ),
        "PongFrame": an_object({"type": {"const": "pong"}}),
    }
    for name, texts in FRAME_TEXTS.items():
        for field, text in texts.items():
            schemas[name]["properties"][field] = {**schemas[name]["properties"][field], "description": text}
    carried = {frame.schema_name for frame in FROM_SERVER} - schemas.keys()
    return schemas | {
        name: known[name] for name in (*carried, "Message", "ErrorDetails", "Attachment", "Feedback")
    }


def _client_schema(kind: str, known: dict[str, Schema]) -> Schema:
    frame: Schema = {"type": {"const": kind}, "ref": REF}
    if kind in ASKING:
        of_call = known[ASKING[kind].__name__]
        if kind != "send":
            frame["message"] = {**ID, "description": "The reply's message id."}
        fields = {**frame, **of_call["properties"], "idempotency_key": _KEY, "render": _RENDER}
        required = of_call.get("required", [])
    else:
        _, made = msgspec.json.schema_components([PLAIN[kind]])
        own = made[PLAIN[kind].__name__]
        fields = {**frame, **own["properties"]}
        required = own["required"]
    needed = [name for name in ("type", "message") if name in fields]
    return {
        "type": "object",
        "properties": fields,
        "required": [*needed, *required],
        "additionalProperties": False,
    }
