"""The description of the WebSocket says what `chat.ws` does: every frame, every field, every close code."""

from typing import Any

import pytest

from chat.api.description.frames import FROM_CLIENT, FROM_SERVER, ClientFrame, frame_schemas
from chat.api.description.sockets import CLOSE_CODES, document
from chat.ws import codes, frames_in
from chat.ws.answering import NEEDS
from chat.ws.frames_out import PONG


def example_of(frame: ClientFrame) -> dict[str, Any]:
    """The first one, without its `ref`."""
    example = next(iter(frame.examples.values()))
    return {name: value for name, value in example.items() if name != "ref"}


def test_every_frame_that_is_read_is_described_and_no_other() -> None:
    assert {frame.type for frame in FROM_CLIENT} == set(frames_in._READERS)


def test_the_scopes_of_a_frame_are_those_that_it_needs() -> None:
    needs = {type(frames_in.read(example_of(frame))).__name__: set(frame.scopes) for frame in FROM_CLIENT}
    assert needs == {kind.__name__: set(scopes) for kind, scopes in NEEDS.items()}


def test_every_close_code_is_described_and_no_other() -> None:
    sent = {value for name, value in vars(codes).items() if name.isupper()}
    assert set(CLOSE_CODES) == sent


def test_every_field_of_a_frame_has_a_sentence() -> None:
    for name, schema in frame_schemas().items():
        for field, value in schema.get("properties", {}).items():
            assert "const" in value or value.get("description"), f"{name}.{field}"


def test_every_operation_tells_what_answers_it() -> None:
    answers = {frame.type for frame in FROM_SERVER}
    for frame in FROM_CLIENT:
        assert frame.answers
        assert set(frame.answers) <= answers
    assert PONG == '{"type":"pong"}'


@pytest.mark.parametrize("frame", [*FROM_CLIENT, *FROM_SERVER], ids=lambda frame: frame.type)
def test_every_example_is_what_its_schema_says(frame: Any) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="the checks' own (make check)")
    schemas = frame_schemas()
    validator = jsonschema.Draft202012Validator(
        {**schemas[frame.schema_name], "components": {"schemas": schemas}}
    )
    examples = frame.examples.values() if isinstance(frame.examples, dict) else frame.examples
    assert examples
    for example in examples:
        assert list(validator.iter_errors(example)) == []


@pytest.mark.parametrize("frame", FROM_CLIENT, ids=lambda frame: frame.type)
def test_every_example_can_be_read(frame: Any) -> None:
    for example in frame.examples.values():
        fields = dict(example)
        frames_in.take_ref(fields)
        frames_in.read(fields)


def test_every_reference_leads_somewhere() -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if "$ref" in value else []
            return own + [name for item in value.values() for name in references(item)]
        return [name for item in value for name in references(item)] if isinstance(value, list) else []

    for reference in set(references(document())):
        found = document()
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
