"""Answers held against the OpenAPI document of a running server, without a field more."""

import importlib
import json
from typing import Any

from process.harness.calls import Answer, Api
from process.harness.described import closed

STREAMS = {"text/event-stream": "data: ", "application/x-ndjson": ""}
"""What a line of each form begins with before its JSON."""


class DescribedCalls:
    """Makes calls and checks what comes; `seen` are the calls with the successes that they had."""

    def __init__(self, document: dict[str, Any], api: Api) -> None:
        # Not at the top: only the checks' environment has it, and all collect this file.
        self._validator = importlib.import_module("jsonschema").Draft202012Validator
        self.document = document
        self._api = api
        components = document["components"]
        self._schemas = {name: closed(schema) for name, schema in components["schemas"].items()}
        self.seen: set[tuple[str, str, str]] = set()

    def successes(self) -> set[tuple[str, str, str]]:
        """Every call with every status that is no refusal."""
        return {
            (method, path, status)
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
            for status in operation["responses"]
            if status.startswith("2")
        }

    async def call(self, name: str, body: Any = None, *, query: str = "", **parts: str) -> Answer:
        """`name` is the method and the path as described; `parts` are the names in it, and headers else."""
        method, path = name.split()
        names = {part: value for part, value in parts.items() if f"{{{part}}}" in path}
        headers = {part.replace("_", "-"): value for part, value in parts.items() if part not in names}
        raw = {"data": body} if isinstance(body, bytes) else {"body": body}
        answer = await self._api.call(method, path.format(**names) + query, headers=headers, **raw)
        self._check(method.lower(), path, answer)
        return answer

    def _check(self, method: str, path: str, answer: Answer) -> None:
        status, where = str(answer.status), f"{method} {path}: {answer.status} {answer.body[:300]!r}"
        responses = self.document["paths"][path][method]["responses"]
        assert status in responses, where
        described = self._resolved(responses[status])
        for header, told in described.get("headers", {}).items():
            if self._resolved(told).get("required"):
                assert header in answer.headers, f"{where} without {header}"
        content = described.get("content", {})
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        assert (kind in content) if content else not answer.body, f"{where} is {kind}"
        if kind == "application/json":
            self._holds(content[kind]["schema"], answer.json, where)
        elif kind in STREAMS:
            self._holds_stream(kind, content[kind], answer.body.decode(), where)
        if status.startswith("2"):
            self.seen.add((method, path, status))

    def _holds_stream(self, kind: str, media: dict[str, Any], text: str, where: str) -> None:
        item = media.get("x-itemSchema") or _content(media["schema"]["properties"]["data"])
        begin = STREAMS[kind]
        for line in text.splitlines():
            data = line.removeprefix(begin)
            if line.startswith(begin) and data not in ("", "[DONE]"):
                self._holds(item, json.loads(data), where)

    def _holds(self, schema: dict[str, Any], value: Any, where: str) -> None:
        whole = {**schema, "components": {"schemas": self._schemas}}
        errors = [
            f"{error.json_path}: {error.message}"[:500] for error in self._validator(whole).iter_errors(value)
        ]
        assert errors == [], where

    def _resolved(self, value: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in value:
            return value
        found: Any = self.document
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        resolved: dict[str, Any] = found
        return resolved


def _content(data: dict[str, Any]) -> dict[str, Any]:
    """The schema of what a block's data is as JSON; `[DONE]` may stand beside it."""
    told = next(one for one in (data, *data.get("anyOf", ())) if "contentSchema" in one)
    schema: dict[str, Any] = told["contentSchema"]
    return schema
