"""Each way in which a provider fails, over a real connection: what had arrived, and the error for it."""

import json
import socket
from typing import Any

import pytest
from fakes.upstream_calls import Connect, call, hear
from scripted_upstream import ScriptedUpstream

from chat.errors import UpstreamError, UpstreamTimeout
from chat.upstream import Upstream


@pytest.mark.parametrize(
    ("fail", "code"),
    [
        ("cut", "upstream_incomplete"),
        ("reset", "upstream_incomplete"),
        ("no-finish", "upstream_incomplete"),
        ("malformed", "upstream_malformed"),
        ("half-character", "upstream_malformed"),
        ("endless-line", "upstream_malformed"),
        ("error-frame", "upstream_error"),
    ],
)
async def test_a_failure_in_the_middle_keeps_what_had_arrived(
    upstream: Upstream, fail: str, code: str
) -> None:
    heard = await hear(upstream, call(fail=fail))
    assert heard.text == "word0 word1 "
    assert isinstance(heard.error, UpstreamError)
    assert (heard.error.code, heard.error.status) == (code, 502)


@pytest.mark.parametrize(
    ("script", "code", "status"),
    [
        ({"fail": "empty"}, "upstream_incomplete", 502),
        ({"fail": "html"}, "upstream_malformed", 502),
        ({"fail": "json-error"}, "upstream_error", 502),
        ({"fail": "json", "finish_reason": None}, "upstream_incomplete", 502),
        ({"fail": "refuse"}, "upstream_unreachable", 502),
        ({"fail": "status", "status": 500}, "upstream_error", 502),
        ({"fail": "status", "status": 503}, "upstream_error", 502),
        ({"fail": "status", "status": 504}, "upstream_timeout", 504),
        ({"fail": "status", "status": 401}, "upstream_authentication", 502),
        ({"fail": "status", "status": 403}, "upstream_authentication", 502),
        ({"fail": "status", "status": 429}, "upstream_rate_limited", 502),
        ({"fail": "status", "status": 400}, "upstream_rejected", 502),
        ({"fail": "status", "status": 404}, "upstream_rejected", 502),
        ({"fail": "status", "status": 301}, "upstream_rejected", 502),
        (
            {"fail": "status", "status": 400, "error": {"code": "context_length_exceeded", "message": "x"}},
            "upstream_context_length",
            502,
        ),
    ],
)
async def test_a_failure_before_the_first_token(
    upstream: Upstream, script: dict[str, Any], code: str, status: int
) -> None:
    heard = await hear(upstream, call(**script))
    assert isinstance(heard.error, UpstreamError)
    assert (heard.error.code, heard.error.status) == (code, status)


async def test_a_provider_that_is_not_there_is_unreachable(connect: Connect) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        upstream = await connect(f"http://127.0.0.1:{taken.getsockname()[1]}/v1", listed=("scripted",))
        heard = await hear(upstream, call())
    assert heard.error is not None
    assert heard.error.code == "upstream_unreachable"


async def test_a_connection_that_is_not_accepted_is_given_up(connect: Connect, full: str) -> None:
    heard = await hear(await connect(full, listed=("scripted",), connect_timeout=0.05), call())
    assert isinstance(heard.error, UpstreamTimeout)


@pytest.mark.parametrize("script", [{"fail": "hang"}, {"first_delay": 5}])
async def test_a_model_that_does_not_begin_is_given_up(
    provider: ScriptedUpstream, connect: Connect, script: dict[str, Any]
) -> None:
    upstream = await connect(provider.url, listed=("scripted",), first_token_timeout=0.05, max_retries=2)
    heard = await hear(upstream, call(**script))
    assert isinstance(heard.error, UpstreamTimeout)
    assert "begin" in heard.error.message
    # A server that loads a model must not be asked to load it again.
    assert len(provider.calls) == 1


async def test_a_model_that_falls_silent_is_given_up(provider: ScriptedUpstream, connect: Connect) -> None:
    upstream = await connect(provider.url, listed=("scripted",), chunk_timeout=0.05)
    heard = await hear(upstream, call(fail="stall"))
    assert heard.text == "word0 word1 "
    assert isinstance(heard.error, UpstreamTimeout)
    assert "nothing more" in heard.error.message


async def test_what_fails_before_the_first_byte_is_tried_again(
    provider: ScriptedUpstream, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.upstream.asking.FIRST_PAUSE_SECONDS", 0.001)
    upstream = await connect(provider.url, listed=("scripted",), max_retries=2)
    heard = await hear(upstream, call(fail="status", status=503, times=2))
    assert (heard.error, len(provider.calls)) == (None, 3)
    heard = await hear(upstream, call(fail="cut"))
    assert (heard.text, len(provider.calls)) == ("word0 word1 ", 4)


async def test_a_long_wait_that_a_provider_asks_for_is_told_and_not_sat_through(
    provider: ScriptedUpstream, connect: Connect
) -> None:
    upstream = await connect(provider.url, listed=("scripted",), max_retries=2)
    heard = await hear(upstream, call(fail="status", status=429, retry_after=60))
    assert heard.error is not None
    assert heard.error.retry_after == 60
    assert "60 seconds" in heard.error.message
    assert len(provider.calls) == 1


async def test_parameters_that_a_provider_rejects_are_left_out_and_told(
    provider: ScriptedUpstream, upstream: Upstream
) -> None:
    script = {"fail": "reject", "params": ["temperature", "stream_options"]}
    asked = call(f"script:{json.dumps(script)}", params={"temperature": 0, "top_p": 1})
    heard = await hear(upstream, asked)
    assert heard.error is None
    assert heard.text.startswith("word0")
    assert [(notice["code"], notice["param"]) for notice in heard.notices] == [
        ("parameter_dropped", "temperature"),
        ("parameter_dropped", "stream_options"),
    ]
    last = provider.calls[-1].body
    assert "temperature" not in last
    assert "stream_options" not in last
    assert last["top_p"] == 1


async def test_a_newer_name_of_a_parameter_takes_its_place(
    provider: ScriptedUpstream, upstream: Upstream
) -> None:
    reason = "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."
    script = {"fail": "reject", "params": ["max_tokens"], "error": reason}
    heard = await hear(upstream, call(f"script:{json.dumps(script)}", params={"max_tokens": 9}))
    assert heard.error is None
    assert provider.calls[-1].body["max_completion_tokens"] == 9
    assert "max_completion_tokens was sent" in heard.notices[0]["message"]


async def test_a_request_that_is_refused_for_another_reason_is_not_sent_again(
    provider: ScriptedUpstream, upstream: Upstream
) -> None:
    heard = await hear(
        upstream, call(params={"temperature": 0}, fail="status", status=400, error={"message": "No."})
    )
    assert heard.error is not None
    assert heard.error.message == "The model's provider refused the request: No."
    assert len(provider.calls) == 1
