"""Everything wrong that can be sent, and the one shape in which it is refused."""

import json
from typing import Any

import pytest
from process.harness.calls import Api
from process.harness.scripts import question

pytestmark = pytest.mark.process

LONE = '{"content": "half \\ud83d"}'
DEEP = '{"content": "x", "params": ' + '{"a":' * 5000 + "1" + "}" * 5000 + "}"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "content"),
        ({"content": ""}, "content"),
        ({"content": " \n"}, "content"),
        ({"content": None}, "content"),
        ({"content": 7}, "content"),
        ({"content": ["x"]}, "content"),
        ({"content": "null \x00 character"}, "content"),
        ({"content": "x", "surprise": 1}, "surprise"),
        ({"content": "x", "stream": "true"}, "stream"),
        ({"content": "x", "background": 1}, "background"),
        ({"content": "x", "resume_window": -1}, "resume_window"),
        ({"content": "x", "resume_window": "10"}, "resume_window"),
        ({"content": "x", "background": True, "resume_window": 0}, "resume_window"),
        ({"content": "x", "model": "no-such-model"}, "model"),
        ({"content": "x", "model": 5}, "model"),
        ({"content": "x", "params": []}, "params"),
        ({"content": "x", "params": {"temperature": "hot"}}, "params.temperature"),
        ({"content": "x", "params": {"messages": []}}, "params.messages"),
        ({"content": "x", "system_prompt": {}}, "system_prompt"),
    ],
)
async def test_a_wrong_field_is_400_and_named(alice: Api, body: dict[str, Any], param: str) -> None:
    answer = await alice.call("POST", "chat", body)
    assert (answer.status, answer.error["type"]) == (400, "invalid_request_error")
    assert answer.error["param"] == param


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"[]", b'"text"', b"null", b"{", b'{"content": "\xff"}', LONE.encode(), DEEP.encode()],
    ids=["empty", "words", "list", "text", "null", "cut", "not UTF-8", "lone surrogate", "deep"],
)
async def test_a_body_that_is_no_object_of_valid_text_is_400(alice: Api, body: bytes) -> None:
    answer = await alice.call("POST", "chat", data=body, headers={"Content-Type": "application/json"})
    assert (answer.status, answer.error["type"]) == (400, "invalid_request_error")


FORM = b'--x\r\nContent-Disposition: form-data; name="content"\r\n\r\nhello\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b'{"content": "x"}'),
        ("application/x-www-form-urlencoded", b"content=x"),
        ("multipart/form-data; boundary=x", FORM),
        ("multipart/form-data", b'{"content": "x"}'),
    ],
)
async def test_another_content_type_is_415(alice: Api, kind: str, body: bytes) -> None:
    answer = await alice.call("POST", "chat", data=body, headers={"Content-Type": kind})
    assert (answer.status, answer.error["code"]) == (415, "unsupported_media_type")


async def test_json_with_a_charset_is_json(alice: Api) -> None:
    body = json.dumps({"content": question(tokens=1)}).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert (await alice.call("POST", "chat", data=body, headers=headers)).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "chat"),
        ("PUT", "conversations"),
        ("POST", "models"),
        ("GET", "messages/01890000-0000-7000-8000-000000000000/stop"),
        ("POST", "messages/01890000-0000-7000-8000-000000000000"),
        ("POST", "openapi.json"),
    ],
)
async def test_another_method_is_405_and_says_which_are_allowed(alice: Api, method: str, path: str) -> None:
    answer = await alice.call(method, path)
    assert (answer.status, answer.error["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"]


@pytest.mark.parametrize("path", ["", "nothing", "chat/", "messages/", "messages/1/2/3", "conversations/"])
async def test_an_address_that_is_none_is_404_in_json(alice: Api, path: str) -> None:
    answer = await alice.call("GET", path)
    assert (answer.status, answer.error["type"]) == (404, "invalid_request_error")


@pytest.mark.parametrize("name", ["nonsense", "1", "%00", "..%2f", "0" * 36, "%F0%9F%98%80"])
async def test_an_id_that_is_none_is_404(alice: Api, name: str) -> None:
    for path in (f"messages/{name}", f"messages/{name}/stream", f"conversations/{name}"):
        answer = await alice.call("GET", path)
        assert answer.status == 404
        assert answer.error


@pytest.mark.parametrize(
    "fields", [{"conversation": "nonsense"}, {"parent": "nonsense"}], ids=["conversation", "parent"]
)
async def test_an_id_in_a_body_that_is_none_is_refused(alice: Api, fields: dict[str, str]) -> None:
    answer = await alice.call("POST", "chat", {"content": question(), **fields})
    assert answer.status in (400, 404)
    assert answer.error


async def test_text_over_the_limit_is_413(alice: Api) -> None:
    answer = await alice.call("POST", "chat", {"content": "x" * 200_001})
    assert (answer.status, answer.error["type"]) == (413, "invalid_request_error")


async def test_a_body_over_the_limit_is_413(alice: Api) -> None:
    body = b'{"content": "' + b"x" * 10_000_000 + b'"}'
    answer = await alice.call("POST", "chat", data=body, headers={"Content-Type": "application/json"})
    assert (answer.status, answer.error["type"]) == (413, "invalid_request_error")


async def test_text_at_the_limit_is_taken_whole(alice: Api) -> None:
    content = question(tokens=1)
    content += "😀" * (200_000 - len(content))
    answer = await alice.call("POST", "chat", {"content": content, "stream": False})
    assert answer.status == 200
    assert (await alice.message(answer.json["parent"]))["content"] == content


async def test_an_unexpected_host_gets_no_page(alice: Api) -> None:
    answer = await alice.call("GET", "models", headers={"Host": "evil.example"})
    assert (answer.status, answer.error["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize("verb", ["regenerate", "continue"])
async def test_again_with_an_unknown_field_is_400(alice: Api, verb: str) -> None:
    asked = await alice.ask_behind(question(tokens=1))
    answer = await alice.call("POST", f"messages/{asked['reply']}/{verb}", {"content": "x"})
    assert (answer.status, answer.error["param"]) == (400, "content")


async def test_a_question_cannot_be_stopped_or_continued(alice: Api) -> None:
    asked = await alice.ask_behind(question(tokens=1))
    await alice.settled(asked["reply"])
    for verb in ("stop", "continue"):
        answer = await alice.call("POST", f"messages/{asked['request']}/{verb}", {})
        assert answer.status in (400, 404, 409), verb
        assert answer.error


async def test_only_a_reply_that_was_cut_off_can_be_continued(alice: Api) -> None:
    asked = await alice.ask_behind(question(tokens=1))
    await alice.settled(asked["reply"])
    answer = await alice.call("POST", f"messages/{asked['reply']}/continue", {})
    assert (answer.status, answer.error["type"]) == (409, "invalid_request_error")


async def test_a_cut_off_reply_with_answers_below_it_cannot_be_continued(alice: Api) -> None:
    cut = await alice.call("POST", "chat", {"content": question(fail="cut")})
    reply = cut.headers["X-Message-Id"]
    await alice.call(
        "POST", "chat", {"content": question(), "conversation": cut.headers["X-Conversation-Id"]}
    )
    answer = await alice.call("POST", f"messages/{reply}/continue", {})
    assert answer.status == 409
    assert answer.error


async def test_a_reply_cut_by_its_length_can_be_continued(alice: Api) -> None:
    content = question(tokens=2, finish_reason="length", then={"text": "more"})
    first = await alice.call("POST", "chat", {"content": content, "stream": False})
    again = await alice.call("POST", f"messages/{first.json['id']}/continue", {"stream": False})
    assert again.status == 200
    assert (again.json["id"], again.json["content"]) == (first.json["id"], first.json["content"] + "more")


async def test_no_caller_says_where_the_site_begins(alice: Api) -> None:
    """Daphne believes this header; behind a path of the API the site's pages ran without their middleware."""
    for path, root, status in (
        ("/api/v1/accounts/login/", "/api/v1", 404),
        ("/accounts/login/", "//evil.example", 200),
    ):
        answer = await alice.call("GET", path, headers={"Daphne-Root-Path": root})
        assert answer.status == status
        assert b"evil.example" not in answer.body
