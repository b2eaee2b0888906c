"""The parts put together: one OpenAPI 3.1 document."""

import re
from functools import cache
from typing import Any

from chat.api.description.operations import ERRORS, FOR_ALL, OPERATIONS, Operation, Parameter
from chat.api.description.schemas import components, ref

PREFIX = "/api/v1/"

_ABOUT = """\
Ask language models, stream their replies, stop them, come back to them.

A reply outlives its connection: it can be followed from anywhere, resumed after a lost connection, stopped,
continued, and whatever had arrived is saved in every case. The events of a stream are the schema `Event`;
joining the texts by their `offset` gives exactly what is saved.
"""
_STREAM_TYPES = ("text/event-stream", "application/x-ndjson", "text/plain")


@cache
def document() -> dict[str, Any]:
    """The whole description. It never changes while the process runs."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(PREFIX + operation.path, {})[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Chat API", "version": "1", "description": _ABOUT},
        "security": [{"key": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": components(),
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key of your settings page.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "sessionid",
                    "description": "A browser that is signed in; unsafe methods need X-CSRFToken.",
                },
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": _operation_id(operation),
        "summary": operation.summary,
        "tags": [operation.group],
        "parameters": [*_path_parameters(operation.path), *map(_parameter, operation.parameters)],
        "responses": _responses(operation),
    }
    if operation.text:
        described["description"] = operation.text
    if operation.body is not None:
        described["requestBody"] = {
            "required": operation.body_required,
            "content": {"application/json": {"schema": ref(operation.body)}},
        }
    if operation.file_in:
        described["requestBody"] = {"required": True, "content": _FILE}
    if operation.public:
        described["security"] = []
    return described


def _operation_id(operation: Operation) -> str:
    return "_".join([operation.method, *re.findall("[a-z]+", operation.path)])


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.text,
        "schema": {"type": parameter.schema},
    }


def _responses(operation: Operation) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, schema in operation.answers.items():
        responses[status] = {"description": _MEANINGS[status]}
        if schema is not None:
            responses[status]["content"] = {"application/json": {"schema": ref(schema)}}
    if operation.file_out:
        responses["200"] = {"description": "The bytes.", "content": _FILE}
    if operation.streams:
        stream = responses.setdefault("200", {"description": "The stream of events."})
        stream.setdefault("content", {}).update({kind: {"schema": ref("Event")} for kind in _STREAM_TYPES})
        stream["headers"] = {
            name: {"schema": {"type": "string"}} for name in ("X-Conversation-Id", "X-Message-Id")
        }
    if operation.file:
        responses["200"]["content"]["text/markdown"] = {"schema": {"type": "string"}}
        responses["200"]["headers"] = {"Content-Disposition": {"schema": {"type": "string"}}}
    if operation.live:
        content = {_STREAM_TYPES[0]: {"schema": ref("Event")}}
        responses["200"] = {"description": "The stream of events.", "content": content}
    if operation.probe:
        content = {kind: {"schema": {"type": "string"}} for kind in _STREAM_TYPES}
        responses["200"] = {"description": "The stream of pieces.", "content": content}
    if operation.public:
        responses["200"] = {"description": "The description."}
        return responses
    for status in sorted({*FOR_ALL, *operation.errors}):
        responses[status] = {
            "description": ERRORS[status],
            "content": {"application/json": {"schema": ref("Error")}},
        }
    return responses


_FILE: dict[str, Any] = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_MEANINGS = {
    "200": "As asked.",
    "201": "Made.",
    "202": "It runs in the background.",
    "204": "Nothing more to say.",
}
