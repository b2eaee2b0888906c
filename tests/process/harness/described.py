"""Frames held against the description that the server itself gives of them, without a field more."""

import importlib
from typing import Any

from process.harness.sockets import Frame


class Described:
    """The AsyncAPI document of a running server."""

    def __init__(self, document: dict[str, Any]) -> None:
        # Not at the top: only the checks' environment has it, and all collect this file.
        validators = importlib.import_module("jsonschema")
        self.document = document
        schemas = {name: closed(schema) for name, schema in document["components"]["schemas"].items()}
        self._validators = {
            name: validators.Draft202012Validator(
                {**message["payload"], "components": {"schemas": schemas}},
                format_checker=validators.FormatChecker(),
            )
            for name, message in document["components"]["messages"].items()
        }

    @property
    def from_client(self) -> dict[str, dict[str, Any]]:
        """What a client may send: each message by its type."""
        names = [name for name, one in self.document["operations"].items() if one["action"] == "receive"]
        return {name: self.document["components"]["messages"][name] for name in names}

    @property
    def from_server(self) -> set[str]:
        sent = self.document["operations"]["tell"]["messages"]
        return {message["$ref"].rsplit("/", 1)[-1] for message in sent}

    def answers_to(self, kind: str) -> set[str]:
        answers = self.document["operations"][kind]["reply"]["messages"]
        return {message["$ref"].rsplit("/", 1)[-1] for message in answers}

    def schema_of(self, kind: str) -> dict[str, Any]:
        name = self.from_client[kind]["payload"]["$ref"].rsplit("/", 1)[-1]
        schema: dict[str, Any] = self.document["components"]["schemas"][name]
        return schema

    def check(self, frame: Frame) -> None:
        """Fails where the frame is another than the description says."""
        assert frame["type"] in self.from_server, frame
        errors = [error.message for error in self._validators[frame["type"]].iter_errors(frame)]
        assert errors == [], frame


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The same, without the room that clients leave for fields of later versions."""
    return {"additionalProperties": False, **schema} if "properties" in schema else schema
