"""Calls that tell about the API itself."""

from chat.api.description.headers import OF_STREAMS
from chat.api.description.operation import Answer, Operation, Parameter
from chat.api.description.values import Schema, one_of
from chat.service.probing import RANGES, Pace
from chat.wire.probe import CONTENT_TYPES

_GROUP = "About"


def _within(name: str) -> Schema:
    least, most = RANGES[name]
    return {"type": "integer", "minimum": least, "maximum": most, "default": getattr(Pace(), name)}


OPERATIONS = (
    Operation(
        "get",
        "/api/v1/probe",
        "Try the way of a stream",
        "A stream of the server itself, by the same writers and headers as a reply's; asks no model. Each "
        "piece (`begin`, `piece`, `over`) is JSON and says when it was `sent`, in seconds since 1970; "
        "`begin` also says how the request arrived. `manage.py chat_probe` reads it and tells what holds "
        "streams back.",
        _GROUP,
        parameters=(
            Parameter("seconds", "How long it takes.", schema=_within("seconds"), example=2),
            Parameter(
                "silence",
                "So many seconds without a word in its middle.",
                schema=_within("silence"),
                example=0,
            ),
            Parameter("bytes", "So much more is sent in all.", schema=_within("bytes"), example=0),
            Parameter("still", "The `run` of an earlier one: `begin` says whether it is open still."),
            Parameter(
                "format", "The form of the stream.", schema={**one_of(*CONTENT_TYPES), "default": "sse"}
            ),
        ),
        answers={
            "200": Answer("The stream.", headers=OF_STREAMS, streams=("probe", "probe lines", "probe text"))
        },
    ),
    Operation(
        "get",
        "/api/v1/openapi.json",
        "This description of the HTTP API",
        "OpenAPI 3.1.",
        _GROUP,
        answers={"200": Answer("The description.", "Description")},
        auth="nobody",
    ),
    Operation(
        "get",
        "/api/v1/asyncapi.json",
        "The description of the WebSocket",
        "AsyncAPI 3.0.",
        _GROUP,
        answers={"200": Answer("The description.", "Description")},
        auth="nobody",
    ),
    Operation(
        "get",
        "/api/v1/docs",
        "Both as a page",
        "To read, and to try every call.",
        _GROUP,
        answers={"200": Answer("The page.", files=("text/html",))},
        auth="nobody",
    ),
)
