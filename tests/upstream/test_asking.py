"""How often a provider is asked, and with what: the HTTP client is given its answers."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from chat.upstream import errors
from chat.upstream.asking import MAX_REASON_BYTES, answer_to
from chat.upstream.client import Line, build
from chat.upstream.connections import ConnectionSettings
from chat.upstream.request import request_of

QUESTION = request_of("some-model", [{"role": "user", "content": "你好"}], {"temperature": 0.5})
SETTINGS = ConnectionSettings(
    "test", "http://model.test/v1?version=2", api_key="sk-one", headers=(("X-Team", "blue"),)
)

Answer = httpx2.Response | Exception


class Provider:
    """Gives its answers in turn, and keeps what it was asked."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self.asked: list[httpx2.Request] = []
        self._answers = list(answers)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, which take no time."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("chat.upstream.asking.asyncio.sleep", sleep)
    return slept


def line_to(provider: Callable[[httpx2.Request], httpx2.Response]) -> Line:
    built = build(SETTINGS)
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(provider))
    return replace(built, http=http)


async def ask(*answers: Answer, attempts: int = 3) -> tuple[Provider, httpx2.Response | errors.Refusal]:
    provider = Provider(answers)
    try:
        return provider, await answer_to(line_to(provider), QUESTION, attempts)
    except errors.Refusal as refusal:
        return provider, refusal


def refusal(status: int, headers: dict[str, str] | None = None, **body: Any) -> httpx2.Response:
    return httpx2.Response(status, json=body, headers=headers)


async def test_the_request_is_what_the_sdk_would_send(pauses: list[float]) -> None:
    provider, _ = await ask(httpx2.Response(200))
    (asked,) = provider.asked
    assert str(asked.url) == str(build(SETTINGS).sdk.base_url) + "chat/completions"
    assert json.loads(asked.content) == {
        "model": "some-model",
        "messages": [{"role": "user", "content": "你好"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
    }
    assert asked.headers["authorization"] == "Bearer sk-one"
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["accept-encoding"] == "identity"
    assert asked.headers["x-team"] == "blue"
    assert asked.headers["user-agent"].startswith("AsyncOpenAI/")
    assert "openai-organization" not in asked.headers


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
async def test_what_may_pass_is_tried_again_and_each_time_later(pauses: list[float], status: int) -> None:
    provider, answer = await ask(refusal(status), httpx2.ConnectError("refused"), httpx2.Response(200))
    assert isinstance(answer, httpx2.Response)
    assert answer.status_code == 200
    assert len(provider.asked) == 3
    assert 0.3 < pauses[0] <= 0.5 < pauses[1] <= 1


@pytest.mark.parametrize("status", [302, 400, 401, 404, 422])
async def test_what_would_be_refused_again_is_told_at_once(pauses: list[float], status: int) -> None:
    provider, told = await ask(refusal(status, error={"message": "No."}))
    assert isinstance(told, errors.Refusal)
    assert (told.status, told.body, len(provider.asked)) == (status, {"message": "No."}, 1)


async def test_the_last_attempt_tells_its_refusal(pauses: list[float]) -> None:
    provider, told = await ask(refusal(500), refusal(503, detail="Busy"), attempts=2)
    assert isinstance(told, errors.Refusal)
    assert (told.status, told.body, len(provider.asked)) == (503, {"detail": "Busy"}, 2)


async def test_the_last_attempt_tells_why_there_was_no_answer(pauses: list[float]) -> None:
    with pytest.raises(httpx2.ConnectError, match="the second"):
        await ask(httpx2.ConnectError("the first"), httpx2.ConnectError("the second"), attempts=2)


@pytest.mark.parametrize(("header", "pause"), [("Retry-After", "2"), ("Retry-After-Ms", "2000")])
async def test_a_provider_says_when(pauses: list[float], header: str, pause: str) -> None:
    await ask(refusal(429, {header: pause}), httpx2.Response(200))
    assert pauses == [2]


async def test_a_long_wait_is_for_the_user_to_decide(pauses: list[float]) -> None:
    provider, told = await ask(refusal(429, {"Retry-After": "6"}))
    assert isinstance(told, errors.Refusal)
    assert errors.refused(told).retry_after == 6
    assert (len(provider.asked), pauses) == (1, [])


async def test_a_provider_may_say_whether(pauses: list[float]) -> None:
    provider, _ = await ask(refusal(400, {"X-Should-Retry": "true"}), httpx2.Response(200))
    assert len(provider.asked) == 2
    provider, _ = await ask(refusal(503, {"X-Should-Retry": "false"}))
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [(b"<html>Oops", "<html>Oops"), (b'["no"]', ["no"]), (b'{"error": "no"}', "no"), (b"", "")],
)
async def test_a_refusal_says_what_it_can(pauses: list[float], body: bytes, told: object) -> None:
    _, refused = await ask(httpx2.Response(400, content=body))
    assert isinstance(refused, errors.Refusal)
    assert refused.body == told


async def test_an_endless_refusal_is_read_no_further_than_a_reason_is_long(pauses: list[float]) -> None:
    class Endless(httpx2.AsyncByteStream):
        reads, closed = 0, False

        async def __aiter__(self) -> Any:
            while True:
                self.reads += 1
                yield b"x" * 1024

        async def aclose(self) -> None:
            self.closed = True

    body = Endless()
    await ask(httpx2.Response(400, stream=body))
    assert body.reads <= MAX_REASON_BYTES / 1024 + 1
    assert body.closed


async def test_no_reply_waits_for_the_connection_of_another() -> None:
    transport: Any = build(SETTINGS).http._transport
    session = transport.get_client()
    assert session.connector.limit == 0  # which is aiohttp's word for none
    await session.close()
