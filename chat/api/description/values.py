"""The words that schemas are written in."""

from collections.abc import Collection
from typing import Any

import msgspec

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
ID: Schema = {"type": "string", "format": "uuid"}
TIME: Schema = {"type": "string", "format": "date-time"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
OBJECTS: Schema = {"type": "array", "items": {"type": "object"}}


def as_json(value: dict[str, Any]) -> dict[str, Any]:
    """The same as a reader of its JSON has it: lists for tuples, and nothing shared between its parts."""
    read: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value))
    return read


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def ref_or_null(name: str) -> Schema:
    return {"anyOf": [ref(name), {"type": "null"}]}


def one_of(*values: Any) -> Schema:
    return {"enum": list(values)}


def an_object(properties: dict[str, Schema], *, optional: Collection[str] = ()) -> Schema:
    """An answer's object. Others may come with a later version: clients ignore what they do not know."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def list_of(name: str) -> Schema:
    return {"type": "array", "items": ref(name)}


def page_of(name: str) -> Schema:
    return an_object({"results": list_of(name), "next": or_null(TEXT)})
