"""A provider's errors as ours: what they are called, and what they never show."""

import pytest

from chat.upstream import errors


@pytest.mark.parametrize(
    "leak",
    [
        "Incorrect API key provided: sk-proj-abcDEF123456.",
        "Bearer abcdef is wrong",
        "connect to http://10.0.0.5:8000/v1/chat failed",
        "connect to 10.0.0.5:8000 failed",
        "host model-server.internal:8080 is down",
        "File /srv/vllm/engine/worker.py is broken",
        "token 0123456789abcdef0123456789abcdef is unknown",
    ],
)
def test_a_reason_is_shown_without_keys_and_addresses(leak: str) -> None:
    shown = errors.rejected(leak).message
    for secret in ("sk-", "abcdef", "10.0.0.5", "internal", "worker", "0123456789", "http"):
        assert secret not in shown


def test_a_reason_is_one_short_line() -> None:
    assert errors.shown("\n  First.\nTraceback: x\n") == "First."
    assert len(errors.shown("many words " * 100)) == errors.REASON_CHARS
    assert errors.rejected("").message == "The model's provider refused the request."


def test_harmless_reasons_are_shown_as_they_are() -> None:
    reason = "temperature must be between 0 and 2, not 5.5 (see model gpt-4o-mini)"
    assert errors.shown(reason) == reason


def test_the_providers_401_is_never_ours() -> None:
    error = errors.by_status(401, {"message": "Incorrect API key provided: sk-1"}, {})
    assert (error.status, error.code) == (502, "upstream_authentication")
    assert "sk-" not in error.message


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Fri, 01 Jan 1999 00:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
    ],
)
def test_how_long_to_wait_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert errors.retry_after(headers) == seconds


@pytest.mark.parametrize("status", [400, 413, 422])
@pytest.mark.parametrize(
    "body",
    [
        {"code": "context_length_exceeded", "message": "x"},
        {"message": "This model's maximum context length is 4096 tokens."},
        {"message": "the request exceeds the available context size"},
        {"message": "prompt is too long: 210000 tokens"},
    ],
)
def test_a_conversation_that_is_too_long_says_what_to_do(status: int, body: dict[str, str]) -> None:
    error = errors.by_status(status, body, {})
    assert error.code == "upstream_context_length"
    assert "Begin a new one" in error.message


@pytest.mark.parametrize("body", [None, "text", [1], {"message": None}, {"message": {"a": 1}}])
def test_a_strange_body_is_no_trouble(body: object) -> None:
    assert errors.by_status(400, body, {}).code == "upstream_rejected"
