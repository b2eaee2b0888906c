"""The description of the API for programs and, as a page, for people. Neither needs a sign-in."""

import re
from dataclasses import dataclass
from functools import cache

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from chat.api.answers import json_answer
from chat.api.description import sockets
from chat.api.description.document import document, parameters_of
from chat.api.description.errors import ERRORS
from chat.api.description.operation import Operation, Parameter
from chat.api.description.operations import OPERATIONS
from chat.api.description.schemas import components
from chat.api.description.values import Schema
from chat.api.endpoint import Call, public

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


@public
async def description(call: Call) -> HttpResponseBase:
    return json_answer(document())


@public
async def description_of_sockets(call: Call) -> HttpResponseBase:
    return json_answer(sockets.document())


@public
async def page(call: Call) -> HttpResponseBase:
    return HttpResponse(_html(), headers={"Content-Security-Policy": _POLICY})


@dataclass(frozen=True, slots=True)
class Field:
    """A row of a schema's table."""

    name: str
    kind: str
    required: bool
    text: str


@cache
def _html() -> str:
    groups: dict[str, list[tuple[Operation, list[Parameter]]]] = {}
    for operation in OPERATIONS:
        groups.setdefault(operation.group, []).append((operation, parameters_of(operation)))
    schemas = {
        name: (schema.get("description", ""), _fields(schema))
        for name, schema in components().items()
        if "properties" in schema
    }
    context = {"groups": groups, "schemas": schemas, "errors": ERRORS}
    # The sentences mark code as OpenAPI's Markdown does; the page that holds them is escaped already.
    return re.sub("`([^`<]+)`", r"<code>\1</code>", render_to_string("api/docs.html", context))


def _fields(schema: Schema) -> list[Field]:
    required = schema.get("required", [])
    return [
        Field(name, kind_of(value), name in required, value.get("description", ""))
        for name, value in schema["properties"].items()
    ]


def kind_of(schema: Schema) -> str:
    """A schema in a word or two, for the page."""
    if "const" in schema:
        return f'"{schema["const"]}"'
    if "enum" in schema:
        return " | ".join("null" if value is None else str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(map(kind_of, schema["anyOf"]))
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if schema.get("type") == "array":
        return f"list of {kind_of(schema['items'])}"
    kinds = schema.get("type", "any")
    return " | ".join(kinds) if isinstance(kinds, list) else str(kinds)
