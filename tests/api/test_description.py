"""The description says what the API does: every call, every field, as real answers have them."""

import gzip
import re
from collections.abc import Iterator
from typing import Any

import pytest
from api.reading import ask, events
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream

from chat.api import urls as chat_api
from chat.api.description import document
from chat.api.description.desk import FILTER
from chat.api.description.schemas import components
from chat.api.openai import urls as openai_api
from chat.review.filter_form import FilterForm
from chat.scopes import SCOPES

APIS = {"/api/v1/": chat_api.urlpatterns, "/v1/": openai_api.urlpatterns}


def calls_of_the_api() -> set[tuple[str, str]]:
    found = set()
    for prefix, patterns in APIS.items():
        for pattern in patterns:
            route = re.sub(r"<(?:path:)?(\w+)>", r"{\1}", str(pattern.pattern))
            for method in getattr(pattern.callback, "verbs", ()):
                found.add((method.lower(), f"{prefix}{route}"))
    return found


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_every_call_is_described_and_no_other() -> None:
    described = {(method, path) for path, methods in document()["paths"].items() for method in methods}
    assert described == calls_of_the_api()


def test_the_description_is_openapi() -> None:
    validator = pytest.importorskip("openapi_spec_validator", reason="the checks' own (make check)")
    validator.validate(document())


def test_every_name_of_a_call_is_its_own() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(set(names)) == len(names)


def test_every_example_is_what_its_schema_says() -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="the checks' own (make check)")
    contents = [
        (f"{name} {where}", media)
        for name, operation in operations()
        for where, described in {"body": operation.get("requestBody", {}), **operation["responses"]}.items()
        for kind, media in described.get("content", {}).items()
        if kind == "application/json"
    ]
    contents += [
        (name, described["content"]["application/json"])
        for name, described in document()["components"]["responses"].items()
    ]
    told = 0
    for name, media in contents:
        schema = {**media["schema"], "components": document()["components"]}
        validator = jsonschema.Draft202012Validator(schema)
        examples = [one["value"] for one in media.get("examples", {}).values()]
        for example in [*examples, *([media["example"]] if "example" in media else [])]:
            told += 1
            assert list(validator.iter_errors(example)) == [], name
    assert told > 50


def test_every_call_tells_what_it_can_be_refused_with() -> None:
    for name, operation in operations():
        statuses = set(operation["responses"])
        if operation.get("security") == []:
            continue
        assert {"400", "401", "403", "429", "503"} <= statuses, name
        assert ({"408", "413"} <= statuses) >= ("requestBody" in operation), name


def test_every_call_names_the_scope_that_a_key_needs() -> None:
    for name, operation in operations():
        keys = [scheme["key"] for scheme in operation["security"] if "key" in scheme]
        assert all(len(scopes) == 1 and scopes[0] in SCOPES for scopes in keys), name
        assert bool(keys) == bool(operation["security"]), name
    models = document()["paths"]["/v1/models"]["get"]["security"]
    assert models[:2] == [{"key": ["chat"]}, {"key": ["read"]}]


def test_the_conditions_of_the_desk_are_all_described() -> None:
    described = {parameter.name for parameter in FILTER}
    assert described == set(FilterForm.base_fields)


def test_every_call_that_changes_something_says_what() -> None:
    changing = {name for name, operation in operations() if "x-effect" in operation}
    assert {name for name, _ in operations() if not name.startswith("get")} <= changing


def test_every_field_has_a_sentence() -> None:
    for name, schema in components().items():
        for field, value in schema.get("properties", {}).items():
            assert "const" in value or value.get("description"), f"{name}.{field}"


def test_every_reference_leads_somewhere() -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if "$ref" in value else []
            return own + [name for item in value.values() for name in references(item)]
        return [name for item in value for name in references(item)] if isinstance(value, list) else []

    known = {
        f"#/components/{kind}/{name}" for kind, named in document()["components"].items() for name in named
    }
    assert set(references(document())) <= known


async def test_real_answers_have_the_described_fields(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    def fields(name: str) -> set[str]:
        return set(components()[name]["properties"])

    upstream.script("Hi")
    start = (await events(await ask(as_alice)))[0]
    message = (await as_alice.get(f"/api/v1/messages/{start['reply']}")).json()
    # What is there only where there is something to tell: of a program's calls, and of what was left out.
    sometimes = {"notices", "tool_calls", "tool_call_id", "parts"}
    assert set(message) | sometimes == fields("Message")
    tree = (await as_alice.get(f"/api/v1/conversations/{start['conversation']}")).json()
    assert set(tree) == fields("ConversationTree")
    assert set((await as_alice.get("/api/v1/conversations")).json()["results"][0]) == fields("Conversation")
    assert set((await as_alice.get("/api/v1/models")).json()["results"][0]) == fields("Model")
    assert set((await ask(as_alice, background=True)).json()) == fields("Background")
    file = await as_alice.post("/api/v1/attachments", b"text", "application/octet-stream")
    assert set(file.json()) == fields("Upload")
    assert set((await as_alice.get("/api/v1/attachments")).json()) == fields("UploadPage")


@pytest.mark.parametrize("path", ["openapi.json", "asyncapi.json", "docs"])
async def test_reading_it_needs_no_sign_in(nobody: AsyncClient, path: str) -> None:
    response = await nobody.get(f"/api/v1/{path}")
    assert response.status_code == 200
    assert b"Ask for another reply" in response.content


async def test_the_page_takes_nothing_from_elsewhere(nobody: AsyncClient) -> None:
    response = await nobody.get("/api/v1/docs")
    page = response.content.decode()
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert (
        re.findall('<script(?! type="module" src="/static/| id="texts" type="application/json")', page) == []
    )
    assert "style=" not in page
    assert re.findall('(?:src|href)="(?!/|#|openapi.json|asyncapi.json)', page) == []
    assert "`" not in page


async def test_the_page_travels_compressed(nobody: AsyncClient) -> None:
    plain = await nobody.get("/api/v1/docs")
    packed = await nobody.get("/api/v1/docs", headers={"Accept-Encoding": "gzip, br"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) * 5 < len(plain.content)
