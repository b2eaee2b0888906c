"""The parts put together: one OpenAPI 3.1 document."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from chat.api.description import errors, links
from chat.api.description.errors import ERRORS
from chat.api.description.examples import CONVERSATION, FILE, REPLY
from chat.api.description.headers import HEADERS, OF_ALL, OF_ERRORS, OF_EVERY_ANSWER, OF_OPENAI
from chat.api.description.operation import Answer, Body, Operation, Parameter
from chat.api.description.operations import OPERATIONS
from chat.api.description.schemas import components
from chat.api.description.scopes import scopes_of
from chat.api.description.streams import FORMS
from chat.api.description.values import ID, TEXT, Schema, as_json, ref

_ABOUT = """\
Ask language models, stream their replies, stop them, come back to them.

A reply outlives its connection: it can be followed from anywhere, resumed after a lost connection, stopped,
continued, and whatever had arrived is saved in every case. The events of a stream are the schema `Event`;
joining the texts by their `offset` gives exactly what is saved.

Every error has the body `Error`. An address answers a method that it does not know with 405 and `Allow`.
What is under `/v1` speaks as OpenAI's API does. The WebSocket has a description of its own,
`/api/v1/asyncapi.json`.
"""
_IDS_IN_PATHS = {
    "message_id": ("The message's id.", REPLY),
    "conversation_id": ("The conversation's id.", CONVERSATION),
    "attachment_id": ("The file's id.", FILE),
}


@cache
def document() -> dict[str, Any]:
    """The whole description. It never changes while the process runs."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    described = {
        "openapi": "3.1.0",
        "info": {"title": "Chat API", "version": "1", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(each.group for each in OPERATIONS)],
        "paths": paths,
        "components": {
            "schemas": components(),
            "headers": HEADERS,
            "links": links.components(),
            "responses": {status: _error(status) for status in errors.EXAMPLES},
            "securitySchemes": _SCHEMES,
        },
    }
    return as_json(described)


_SCHEMES: dict[str, Any] = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key of your settings page. Where it is sent it alone decides. What is named "
        "with it is the scope that it needs.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "A browser that is signed in on this site.",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRFToken",
        "description": "What the cookie `csrftoken` holds: beside a session, with unsafe methods.",
    },
    "ticket": {
        "type": "apiKey",
        "in": "query",
        "name": "ticket",
        "description": "Of a `stream_url`: follows one reply, until ten minutes after its end.",
    },
}


_SECURITY: dict[str, list[dict[str, list[str]]]] = {
    "caller": [{"key": []}, {"session": [], "csrf": []}],
    "key": [{"key": []}],
    "ticket": [{"key": []}, {"session": []}, {"ticket": []}],
    "nobody": [],
}


def statuses_of(operation: Operation) -> list[str]:
    """The refusals that a call can be answered with: those of all such calls, and its own."""
    if operation.auth == "nobody":
        return []
    found = {*errors.OF_ALL, *operation.errors}
    if operation.body or operation.takes_file:
        found.update(errors.OF_BODIES)
    if "{" in operation.path:
        found.update(errors.OF_PLACES)
    return sorted(found)


def parameters_of(operation: Operation) -> list[Parameter]:
    """Those of the address, too."""
    named = {parameter.name for parameter in operation.parameters}
    of_address = [
        Parameter(name, text, "path", ID, example, required=True)
        for name, (text, example) in _IDS_IN_PATHS.items()
        if f"{{{name}}}" in operation.path and name not in named
    ]
    return [*of_address, *operation.parameters]


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name.replace("-", "_"),
        "summary": operation.summary,
        "tags": [operation.group],
        "parameters": [_parameter(each) for each in parameters_of(operation)],
        "responses": {
            status: _answer(status, answer, operation) for status, answer in operation.answers.items()
        }
        | {status: {"$ref": f"#/components/responses/{status}"} for status in statuses_of(operation)},
    }
    if operation.text:
        described["description"] = operation.text
    if operation.effect:
        described["x-effect"] = operation.effect
    if operation.body is not None:
        described["requestBody"] = _body(operation.body)
    if operation.takes_file:
        described["requestBody"] = {"required": True, "content": _files(("application/octet-stream",))}
    described["security"] = list(_security(operation))
    return described


def _security(operation: Operation) -> Iterator[dict[str, list[str]]]:
    """Of a key with its scope; of several scopes one will do."""
    for scheme in _SECURITY[operation.auth]:
        if "key" in scheme:
            for scope in scopes_of(operation.method, operation.path):
                yield {"key": [scope]}
        else:
            yield {name: [] for name in scheme if name != "csrf" or operation.is_unsafe}


def _body(body: Body) -> dict[str, Any]:
    examples = {
        name.replace(" ", "-").replace(",", ""): {"value": value} for name, value in body.examples.items()
    }
    return {
        "required": body.required,
        "content": {"application/json": {"schema": ref(body.schema), "examples": examples}},
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema: Schema = {"type": "array", "items": parameter.schema} if parameter.many else parameter.schema
    described: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.text,
        "schema": schema,
    }
    if parameter.required:
        described["required"] = True
    if parameter.example is not None:
        described["example"] = parameter.example
    return described


def _answer(status: str, answer: Answer, operation: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if answer.schema is not None:
        content["application/json"] = {"schema": ref(answer.schema)}
        if answer.example is not None:
            content["application/json"]["example"] = answer.example
    content |= {FORMS[name].media_type: FORMS[name].described() for name in answer.streams}
    content |= _files(answer.files)
    of_all = (*OF_EVERY_ANSWER, *(OF_ALL if operation.auth in ("caller", "key") else ()))
    if operation.path.startswith("/v1/"):
        of_all = (*of_all, *OF_OPENAI)
    described: dict[str, Any] = {"description": answer.text, "headers": _headers((*answer.headers, *of_all))}
    if content:
        described["content"] = content
    if linked := links.links_of(status, answer):
        described["links"] = linked
    return described


def _error(status: str) -> dict[str, Any]:
    headers = OF_ERRORS.get(status, ())
    return {
        "description": ERRORS[status],
        "headers": _headers((*headers, *OF_EVERY_ANSWER, *(() if status == "401" else OF_ALL))),
        "content": {"application/json": {"schema": ref("Error"), "example": errors.example(status)}},
    }


def _headers(names: tuple[str, ...]) -> dict[str, Any]:
    """By reference; those that are always there are written out, since a reference cannot say so."""
    described: dict[str, Any] = {}
    for name in names:
        bare = name.removesuffix("!")
        reference = {"$ref": f"#/components/headers/{bare}"}
        described[bare] = {**HEADERS[bare], "required": True} if name.endswith("!") else reference
    return described


def _files(kinds: tuple[str, ...]) -> dict[str, Any]:
    texts = [kind for kind in kinds if kind.startswith("text/")]
    return {kind: {"schema": TEXT if kind in texts else {**TEXT, "format": "binary"}} for kind in kinds}
