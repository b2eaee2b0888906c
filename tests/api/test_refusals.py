"""Every bad input that can be sent is refused in the one JSON shape, and nothing is asked."""

from typing import Any

import pytest
from api.reading import ask, error_of
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream
from pytest_django import Settings

CHAT = "/api/v1/chat"
UNKNOWN = "019a0000-0000-7000-8000-000000000000"


async def refusal(client: AsyncClient, body: str | bytes, content_type: str = "application/json") -> Any:
    return await client.post(CHAT, body, content_type)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b" ", None),
        (b"{", None),
        (b"\xff\xfe", None),
        (b'"text"', None),
        (b"[]", None),
        (b"[" * 100_000, None),
        (b"{}", "content"),
        (b'{"content": null}', "content"),
        (b'{"content": 1}', "content"),
        (b'{"content": ""}', "content"),
        (b'{"content": " \\n"}', "content"),
        (b'{"content": "a\\u0000b"}', "content"),
        (b'{"content": "a\\ud800b"}', None),
        (b'{"content": "a", "contents": "b"}', "contents"),
        (b'{"content": "a", "stream": "yes"}', "stream"),
        (b'{"content": "a", "params": []}', "params"),
        (b'{"content": "a", "params": {"temperature": "hot"}}', "params.temperature"),
        (b'{"content": "a", "params": {"stream": true}}', "params.stream"),
        (b'{"content": "a", "resume_window": -1}', "resume_window"),
        (b'{"content": "a", "resume_window": "long"}', "resume_window"),
        (b'{"content": "a", "background": true, "resume_window": 0}', "resume_window"),
        (b'{"content": "a", "model": "no-such-model"}', "model"),
        (b'{"content": "a", "conversation": 7}', "conversation"),
    ],
)
async def test_a_bad_body_is_400(
    as_alice: AsyncClient, upstream: FedUpstream, body: bytes, param: str | None
) -> None:
    response = await refusal(as_alice, body)
    assert response.status_code == 400
    error = error_of(response)
    assert error["type"] == "invalid_request_error"
    if param is not None:
        assert error["param"] == param
    assert upstream.calls == []
    assert (await as_alice.get("/api/v1/conversations")).json()["results"] == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "content=",
        "content=a%00b",
        "content=a&content=b",
        "content=a&stream=yes",
        "content=a&params=%7B",
        "content=a&params=1",
        "content=a&resume_window=long",
        "content=a&unknown=1",
        "content=a&format=xml",
        "content=a&render=markdown",
    ],
)
async def test_a_bad_query_is_400(as_alice: AsyncClient, upstream: FedUpstream, query: str) -> None:
    response = await as_alice.get(f"{CHAT}?{query}")
    assert response.status_code == 400
    error_of(response)
    assert upstream.calls == []


@pytest.mark.parametrize(
    ("path", "param"),
    [
        (f"{CHAT}?content=%ff", "content"),
        (f"{CHAT}?content=a%E4%BD&stream=true", "content"),
        (f"{CHAT}?content=%E4%BD%A0%C0%80", "content"),
        ("/api/v1/conversations?q=%ff", "q"),
        ("/api/v1/conversations?%ff=x", "%ff"),
        ("/api/v1/live?follow=%ff", "follow"),
    ],
)
async def test_a_query_that_is_not_utf_8_is_400(
    as_alice: AsyncClient, upstream: FedUpstream, path: str, param: str
) -> None:
    error = error_of(await as_alice.get(path))
    assert (error["type"], error["code"], error["param"]) == (
        "invalid_request_error",
        "invalid_characters",
        param,
    )
    assert upstream.calls == []


async def test_a_character_that_stands_for_what_was_broken_elsewhere_is_one(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    upstream.script("Hi")
    assert (await as_alice.get(f"{CHAT}?content=%EF%BF%BD%E4%BD%A0+a%20b&stream=false")).status_code == 200
    assert upstream.calls[0].messages[-1]["content"] == "\ufffd你 a b"


async def test_too_much_text_and_too_large_a_body_are_413(as_alice: AsyncClient, settings: Settings) -> None:
    settings.CHAT_MAX_MESSAGE_CHARS = 5
    response = await ask(as_alice, "123456")
    assert response.status_code == 413
    assert error_of(response)["param"] == "content"
    settings.CHAT_MAX_BODY_BYTES = 10
    assert (await ask(as_alice, "1")).status_code == 413
    settings.CHAT_MAX_BODY_BYTES = 0
    assert (await ask(as_alice, "1", background=True)).status_code == 202


async def test_a_body_over_djangos_own_limit_for_forms_is_read(
    as_alice: AsyncClient, settings: Settings
) -> None:
    settings.CHAT_MAX_MESSAGE_CHARS = 0
    assert (await ask(as_alice, "x" * 3_000_000, background=True)).status_code == 202


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", ""]
)
async def test_what_is_not_json_is_415(as_alice: AsyncClient, content_type: str) -> None:
    response = await refusal(as_alice, b'{"content": "a"}', content_type)
    assert response.status_code == 415
    error_of(response)


async def test_a_compressed_body_is_415(as_alice: AsyncClient) -> None:
    response = await as_alice.post(
        CHAT, b"\x1f\x8b", "application/json", headers={"Content-Encoding": "gzip"}
    )
    assert response.status_code == 415


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "chat", "GET, POST, OPTIONS"),
        ("HEAD", "chat", "GET, POST, OPTIONS"),
        ("GET", f"messages/{UNKNOWN}/stop", "POST, OPTIONS"),
        ("POST", f"messages/{UNKNOWN}", "GET, DELETE, OPTIONS"),
        ("DELETE", "conversations", "GET, POST, OPTIONS"),
        ("POST", f"conversations/{UNKNOWN}", "GET, PATCH, DELETE, OPTIONS"),
        ("POST", "models", "GET, OPTIONS"),
    ],
)
async def test_a_wrong_method_is_405_and_told_the_right_ones(
    as_alice: AsyncClient, method: str, path: str, allowed: str
) -> None:
    response = await as_alice.generic(method, f"/api/v1/{path}")
    assert response.status_code == 405
    assert response["Allow"] == allowed


@pytest.mark.parametrize("path", ["nowhere", "chat/", "messages", "messages/", "", f"messages/{UNKNOWN}/x"])
async def test_an_unknown_address_is_404(as_alice: AsyncClient, path: str) -> None:
    response = await as_alice.get(f"/api/v1/{path}")
    assert response.status_code == 404
    error_of(response)


@pytest.mark.parametrize(
    ("method", "address"), [("PUT", CHAT), ("GET", "/api/v1/nowhere"), ("GET", "/v1/nowhere")]
)
async def test_where_there_is_nothing_who_calls_is_known_all_the_same(
    as_alice: AsyncClient, nobody: AsyncClient, method: str, address: str
) -> None:
    known = await as_alice.generic(method, address)
    assert known.status_code in {404, 405}
    assert int(known["X-RateLimit-Remaining"]) == int(known["X-RateLimit-Limit"]), "it was not counted"
    unknown = await nobody.generic(method, address)
    assert unknown.status_code == known.status_code
    assert "X-RateLimit-Limit" not in unknown
    bad = await nobody.generic(method, address, headers={"Authorization": "Bearer chat-bad"})
    assert bad.status_code == 401
    error_of(bad)


@pytest.mark.parametrize("name", [UNKNOWN, "1", "none", "%00", "%F0%9F%98%80", "-" * 300, "%ED%A0%80"])
async def test_an_id_that_names_nothing_is_404(as_alice: AsyncClient, name: str) -> None:
    for response in (
        await as_alice.get(f"/api/v1/messages/{name}"),
        await as_alice.get(f"/api/v1/messages/{name}/stream"),
        await as_alice.generic("POST", f"/api/v1/messages/{name}/stop"),
        await as_alice.generic("POST", f"/api/v1/messages/{name}/regenerate"),
        await as_alice.generic("POST", f"/api/v1/messages/{name}/continue"),
        await as_alice.put(f"/api/v1/messages/{name}/feedback", {"rating": 1}, "application/json"),
        await as_alice.get(f"/api/v1/conversations/{name}"),
        await as_alice.patch(f"/api/v1/conversations/{name}", {}, "application/json"),
        await as_alice.delete(f"/api/v1/conversations/{name}"),
    ):
        assert response.status_code == 404
        error_of(response)


async def test_a_conversation_that_names_nothing_is_404(as_alice: AsyncClient) -> None:
    for name in (UNKNOWN, "none"):
        assert (await ask(as_alice, conversation=name)).status_code == 404


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=-1", "limit=x", "limit=", "limit=1e9", "limit=" + "9" * 5000]
)
async def test_a_bad_limit_is_400(as_alice: AsyncClient, query: str) -> None:
    response = await as_alice.get(f"/api/v1/conversations?{query}")
    assert response.status_code == 400
    assert error_of(response)["param"] == "limit"


@pytest.mark.parametrize(
    "query", ["cursor=x", "cursor=%FF", "cursor=", "archived=yes", "q=%00", "sort=title"]
)
async def test_a_bad_cursor_or_filter_is_400(as_alice: AsyncClient, query: str) -> None:
    response = await as_alice.get(f"/api/v1/conversations?{query}")
    assert response.status_code == 400
    error_of(response)


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_bad_idempotency_key_is_400(as_alice: AsyncClient, key: str) -> None:
    response = await as_alice.post(
        CHAT, {"content": "?"}, "application/json", headers={"Idempotency-Key": key}
    )
    assert response.status_code == 400


async def test_an_unknown_host_is_refused_as_json(rf: Any) -> None:
    from django.test import AsyncRequestFactory

    from chat.api.conversations import list_all
    from chat.api.endpoint import endpoint

    request = AsyncRequestFactory().get("/api/v1/conversations", headers={"Host": "evil.example"})
    response: Any = await endpoint(GET=list_all)(request)
    assert response.status_code == 400
    assert b'"unknown_host"' in response.content


async def test_an_unexpected_failure_is_500_logged_once_and_tells_nothing(caplog: Any) -> None:
    from django.test import AsyncRequestFactory

    from chat.api.endpoint import Call, endpoint, public

    @public
    async def breaks(call: Call) -> Any:
        raise RuntimeError("secret inside")

    request = AsyncRequestFactory().get("/api/v1/breaks?ticket=secret")
    response: Any = await endpoint(GET=breaks)(request)
    assert response.status_code == 500
    assert b"internal_error" in response.content
    assert b"secret" not in response.content
    (record,) = caplog.records
    assert record.exc_info is not None
    assert "ticket" not in record.getMessage()
