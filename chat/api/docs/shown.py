"""What the page shows of the descriptions: rows and fields of forms, in the order of the page."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from chat.api.description import errors as refusals
from chat.api.description.document import parameters_of, statuses_of
from chat.api.description.frames import FROM_CLIENT, FROM_SERVER, frame_schemas
from chat.api.description.operation import Answer, Operation, Parameter
from chat.api.description.operations import OPERATIONS
from chat.api.description.schemas import components
from chat.api.description.scopes import scopes_of
from chat.api.description.sockets import CLOSE_CODES, WAYS_IN
from chat.api.description.streams import FORMS
from chat.api.description.values import Schema
from chat.scopes import SCOPES


@dataclass(frozen=True, slots=True)
class Field:
    """A row of a table, of a schema or of parameters."""

    name: str
    kind: str
    required: bool
    text: SafeString
    place: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """A field of a form. `choices`: what may be chosen; empty: anything may be written."""

    name: str
    place: str
    required: bool
    value: str
    choices: tuple[str, ...] = ()
    number: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    name: str
    json: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call can be answered with that is no refusal: one status."""

    status: str
    text: SafeString
    schema: str = ""
    media: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownCall:
    operation: Operation
    text: SafeString
    effect: SafeString
    parameters: list[Field]
    inputs: list[Input]
    examples: list[Example]
    outcomes: list[Outcome]
    refusals: list[str]
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownFrame:
    name: str
    summary: SafeString
    text: SafeString
    effect: SafeString
    fields: list[Field]
    answers: tuple[str, ...]
    scopes: tuple[str, ...]
    """Of which a key needs one; empty: any key will do."""
    examples: list[Example]


def groups() -> dict[str, list[ShownCall]]:
    """The calls of each group."""
    found: dict[str, list[ShownCall]] = {}
    for operation in OPERATIONS:
        found.setdefault(operation.group, []).append(_call(operation))
    return found


def frames() -> list[ShownFrame]:
    """What a client may send over the socket."""
    known = frame_schemas()
    return [
        ShownFrame(
            frame.type,
            said(frame.summary),
            said(frame.text),
            said(frame.effect),
            fields_of(known[frame.schema_name]),
            frame.answers,
            () if frame.scopes == SCOPES else frame.scopes,
            [Example(name, pretty(value)) for name, value in frame.examples.items()],
        )
        for frame in FROM_CLIENT
    ]


def told() -> list[ShownFrame]:
    """What the server sends."""
    known = frame_schemas()
    return [
        ShownFrame(
            frame.type,
            said(frame.summary),
            said(""),
            said(""),
            fields_of(known[frame.schema_name]),
            (),
            (),
            [Example("", pretty(value)) for value in frame.examples],
        )
        for frame in FROM_SERVER
    ]


def ways_in() -> list[SafeString]:
    return [said(text) for text, _ in WAYS_IN.values()]


def close_codes() -> list[tuple[int, SafeString, SafeString]]:
    return [(code, said(why), said(what)) for code, (why, what) in CLOSE_CODES.items()]


def schemas() -> dict[str, tuple[SafeString, list[Field]]]:
    """Each value that has fields, with its sentence."""
    return {
        name: (said(schema.get("description", "")), fields_of(schema))
        for name, schema in components().items()
        if schema.get("properties")
    }


def errors() -> list[tuple[str, SafeString]]:
    return [(status, said(text)) for status, text in refusals.ERRORS.items()]


def said(text: str) -> SafeString:
    """A sentence of the description, which marks code as Markdown does."""
    parts = enumerate(text.split("`"))
    marked = ((format_html("<code>{}</code>", part) if index % 2 else part,) for index, part in parts)
    return format_html_join("", "{}", marked)


def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def fields_of(schema: Schema) -> list[Field]:
    required = schema.get("required", [])
    return [
        Field(name, kind_of(value), name in required, said(value.get("description", "")))
        for name, value in schema["properties"].items()
    ]


def kind_of(schema: Schema) -> str:
    """A schema in a word or two."""
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


def _call(operation: Operation) -> ShownCall:
    parameters = parameters_of(operation)
    body = operation.body
    return ShownCall(
        operation,
        said(operation.text),
        said(operation.effect),
        [_row(each) for each in parameters],
        [_input(each) for each in parameters],
        [Example(name, pretty(value)) for name, value in body.examples.items()] if body else [],
        list(_outcomes(operation)),
        statuses_of(operation),
        scopes_of(operation.method, operation.path),
    )


def _row(parameter: Parameter) -> Field:
    return Field(
        parameter.name, kind_of(parameter.schema), parameter.required, said(parameter.text), parameter.place
    )


def _input(parameter: Parameter) -> Input:
    schema = parameter.schema.get("anyOf", [parameter.schema])[0]
    choices = [str(value) for value in schema.get("enum", [])]
    if schema.get("type") == "boolean":
        choices = ["true", "false"]
    # The ids of the examples are nobody's: what names something is written by who tries it.
    made_up = parameter.place == "path" and schema.get("format") == "uuid"
    value = "" if parameter.example is None or made_up else str(parameter.example)
    return Input(
        parameter.name,
        parameter.place,
        parameter.required,
        value,
        tuple(choices),
        schema.get("type") == "integer",
    )


def _outcomes(operation: Operation) -> Iterator[Outcome]:
    for status, answer in operation.answers.items():
        yield Outcome(
            status,
            said(answer.text),
            answer.schema or "",
            tuple(_media(answer)),
            tuple(name.removesuffix("!") for name in answer.headers),
        )


def _media(answer: Answer) -> Iterator[str]:
    yield from dict.fromkeys(FORMS[name].media_type for name in answer.streams)
    yield from answer.files
