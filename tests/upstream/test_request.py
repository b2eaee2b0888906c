"""Which parameter a refusal names, and the request without it."""

from typing import Any

import pytest

from chat.upstream.request import dropped_notice, request_of

PARAMS = {"temperature": 0, "max_tokens": 9, "top_p": 1}
REQUEST = request_of("model", [], PARAMS)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"message": "Unsupported parameter", "param": "temperature"}, "temperature"),
        ({"message": "Unsupported value: 'temperature' does not support 0 with this model."}, "temperature"),
        (
            {"message": "Use 'max_completion_tokens' instead of max_tokens", "param": "max_tokens"},
            "max_tokens",
        ),
        ({"message": "Unknown field: stream_options"}, "stream_options"),
        ({"message": "bad", "param": "stream_options.include_usage"}, "stream_options"),
        ({"detail": [{"loc": ["body", "top_p"], "msg": "extra fields not permitted"}]}, "top_p"),
        ("extra fields not permitted: top_p", "top_p"),
        ({"message": "max_tokens_total is unknown"}, None),
        ({"message": "Bad messages", "param": "messages"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_the_parameter_that_a_refusal_names_is_found(body: Any, name: str | None) -> None:
    found = REQUEST.culprit(400, body)
    assert (found and found[0]) == name


def test_only_a_refused_request_names_parameters() -> None:
    body = {"param": "temperature"}
    assert REQUEST.culprit(422, body) is not None
    assert REQUEST.culprit(401, body) is None
    assert REQUEST.culprit(500, body) is None


def test_a_parameter_is_left_out_and_others_stay() -> None:
    assert REQUEST.without("temperature", "").params == {"max_tokens": 9, "top_p": 1}
    assert REQUEST.without("stream_options", "").params == PARAMS
    assert not REQUEST.without("stream_options", "").include_usage


def test_a_newer_name_is_used_where_the_provider_says_so() -> None:
    request = REQUEST.without("max_tokens", "Use 'max_completion_tokens' instead.")
    assert request.params == {"temperature": 0, "top_p": 1, "max_completion_tokens": 9}
    assert "max_completion_tokens" in dropped_notice("max_tokens", request)["message"]
    assert "without it" in dropped_notice("max_tokens", REQUEST.without("max_tokens", "No."))["message"]


def test_what_is_ours_to_say_and_what_is_null_is_not_passed_on() -> None:
    params = {
        "model": "x",
        "messages": [],
        "stream": False,
        "stream_options": {},
        "n": 3,
        "seed": None,
        "stop": ["x"],
    }
    assert request_of("model", [], params).params == {"stop": ["x"]}
