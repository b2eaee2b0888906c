"""Every failure of the provider: `failed` with what had arrived, or 502 or 504; and nothing of it leaks."""

from typing import Any

import pytest
from process.harness.calls import Answer, Api
from process.harness.processes import PROVIDER_KEY, Provider, Server
from process.harness.scripts import ProviderLog, question, words
from process.harness.transports import Transport, over

pytestmark = pytest.mark.process

SECRETIVE = {"message": f"Bad key {PROVIDER_KEY} at http://10.1.2.3:9999/v1", "type": "x", "code": "y"}

BEFORE: list[dict[str, Any]] = [
    {"fail": "status", "status": 400},
    {"fail": "status", "status": 401, "error": SECRETIVE},
    {"fail": "status", "status": 403, "error": SECRETIVE},
    {"fail": "status", "status": 404},
    {"fail": "status", "status": 422},
    {"fail": "status", "status": 429, "retry_after": 0},
    {"fail": "status", "status": 500, "error": SECRETIVE},
    {"fail": "status", "status": 503},
    {"fail": "refuse"},
    {"fail": "empty"},
    {"fail": "html"},
    {"fail": "json-error", "error": SECRETIVE},
    {"fail": "cut", "after": 0},
    {"fail": "reset", "after": 0},
    {"fail": "error-frame", "after": 0, "error": SECRETIVE},
]
AFTER: list[dict[str, Any]] = [
    {"fail": "cut"},
    {"fail": "reset"},
    {"fail": "no-finish"},
    {"fail": "malformed"},
    {"fail": "half-character"},
    {"fail": "endless-line"},
    {"fail": "error-frame", "error": SECRETIVE},
    {"finish_reason": None, "done": True},
]


def named(script: dict[str, Any]) -> str:
    return " ".join(str(script.get(name, "")) for name in ("fail", "status", "after")).strip() or "no reason"


def tells_nothing(answer: bytes, provider: Provider) -> None:
    """Neither the key nor where the provider is, nor what it said about either."""
    for secret in (
        PROVIDER_KEY,
        PROVIDER_KEY[:12],
        f":{provider.port}",
        "127.0.0.1",
        "10.1.2.3",
        "Traceback",
    ):
        assert secret.encode() not in answer, answer[-500:]


@pytest.mark.parametrize("script", BEFORE, ids=named)
async def test_a_failure_before_the_first_token_is_told_and_saved(
    alice: Api, provider: Provider, script: dict[str, Any]
) -> None:
    content = question(**script)
    streamed = await alice.call("POST", "chat?format=ndjson", {"content": content})
    assert streamed.status == 200
    assert b'"failed"' in streamed.body
    tells_nothing(streamed.body, provider)
    waited = await alice.call("POST", "chat", {"content": question(**script), "stream": False})
    assert waited.status in (502, 504)
    assert waited.error["type"] == "upstream_error"
    tells_nothing(waited.body, provider)
    await failed_with(alice, waited, provider, "")


@pytest.mark.parametrize("script", AFTER, ids=named)
async def test_a_failure_in_the_middle_keeps_what_had_arrived(
    alice: Api, provider: Provider, script: dict[str, Any]
) -> None:
    script = {"tokens": 2 if "fail" not in script else 6, "after": 2, **script}
    async with over(alice, "sse").ask(question(**script)) as stream:
        reading = await stream.rest()
    assert (reading.status, reading.text) == ("failed", words(2))
    assert reading.end["error"]["type"] == "upstream_error"
    waited = await alice.call("POST", "chat", {"content": question(**script), "stream": False})
    assert waited.status in (502, 504)
    await failed_with(alice, waited, provider, words(2))


async def failed_with(api: Api, answer: Answer, provider: Provider, text: str) -> None:
    """The answer names the message, which has what had arrived, and the error."""
    tells_nothing(answer.body, provider)
    read = await api.call("GET", f"messages/{answer.headers['X-Message-Id']}")
    assert (read.json["status"], read.json["content"]) == ("failed", text)
    assert read.json["error"]["message"] == answer.error["message"]
    tells_nothing(read.body, provider)


async def test_a_busy_provider_is_tried_again_before_the_first_byte(alice: Api, log: ProviderLog) -> None:
    content = question(fail="status", status=503, times=1, tokens=3)
    answer = await alice.call("POST", "chat", {"content": content, "stream": False})
    assert (answer.status, answer.json["content"]) == (200, words(3))
    assert len(await log.of(content)) == 2


async def test_nothing_is_asked_again_after_the_first_token(alice: Api, log: ProviderLog) -> None:
    content = question(fail="reset", after=1, tokens=5)
    await alice.call("POST", "chat", {"content": content})
    assert len(await log.of(content)) == 1


async def test_a_parameter_that_the_model_rejects_is_dropped(alice: Api, log: ProviderLog) -> None:
    content = question(fail="reject", params=["temperature"], tokens=2)
    body = {"content": content, "params": {"temperature": 0.5}, "stream": False}
    answer = await alice.call("POST", "chat", body)
    assert (answer.status, answer.json["content"]) == (200, words(2))
    assert "temperature" not in (await log.of(content))[-1]["body"]


@pytest.mark.parametrize(
    "script",
    [
        {"eol": "\r\n"},
        {"eol": "\r"},
        {"comments": True},
        {"write": 1},
        {"batch": 5},
        {"done": False},
        {"usage": False},
        {"fail": "json"},
        {"reasoning": "hm", "reasoning_field": "reasoning"},
    ],
    ids=lambda script: next(iter(script)),
)
async def test_a_provider_with_ways_of_its_own_is_understood(
    transport: Transport, script: dict[str, Any]
) -> None:
    async with transport.ask(question(tokens=5, **script)) as stream:
        reading = await stream.rest()
    assert (reading.status, reading.text) == ("complete", words(5))
    assert reading.reasoning == script.get("reasoning", "")


async def test_characters_that_are_none_become_replacements(alice: Api) -> None:
    pieces = ["a\ud83d", "\ude00b", "\ud800c", "d\x00e"]
    async with over(alice, "sse").ask(question(pieces=pieces)) as stream:
        reading = await stream.rest()
    assert reading.text == "a😀b\ufffdcd\ufffde"
    assert (await alice.message(reading.start["reply"]))["content"] == reading.text


async def test_a_provider_s_secrets_are_not_in_the_log(server: Server) -> None:
    log = server.log()
    assert PROVIDER_KEY not in log
    assert "Traceback" not in log
