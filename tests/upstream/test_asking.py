"""How often a provider is asked, and with what body: the way to it is given its answers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import httpx2
import pytest

from chat.upstream import errors
from chat.upstream.asking import MAX_REASON_BYTES, answer_to
from chat.upstream.calls import Answer
from chat.upstream.request import request_of

QUESTION = request_of("some-model", [{"role": "user", "content": "你好"}], {"temperature": 0.5})


@dataclass
class Given:
    """An answer whose body comes in these reads; `endless`: the last one again and again."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    reads: Sequence[bytes] = ()
    endless: bool = False
    taken: int = 0
    closed: bool = False

    async def read(self) -> bytes:
        self.taken += 1
        if self.taken <= len(self.reads):
            return self.reads[self.taken - 1]
        return self.reads[-1] if self.endless else b""

    async def aclose(self) -> None:
        self.closed = True

    def hang_up(self) -> None:
        raise AssertionError("nobody does it here")


class Provider:
    """Gives its answers in turn, and keeps what it was asked."""

    def __init__(self, answers: Sequence[Given | Exception]) -> None:
        self.asked: list[Any] = []
        self._answers = list(answers)

    async def post(self, body: bytes) -> Answer:
        self.asked.append(json.loads(body))
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def aclose(self) -> None:
        raise AssertionError("nobody does it here")


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, which take no time."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("chat.upstream.asking.asyncio.sleep", sleep)
    return slept


async def ask(*answers: Given | Exception, attempts: int = 3) -> tuple[Provider, Answer | errors.Refusal]:
    provider = Provider(answers)
    try:
        return provider, await answer_to(provider, QUESTION, attempts)
    except errors.Refusal as refusal:
        return provider, refusal


def refusal(status: int, headers: Mapping[str, str] | None = None, **body: Any) -> Given:
    named = {name.lower(): value for name, value in (headers or {}).items()}
    return Given(status, named, [json.dumps(body).encode()])


async def test_the_body_is_what_the_sdk_would_send(pauses: list[float]) -> None:
    provider, _ = await ask(Given(200))
    assert provider.asked == [
        {
            "model": "some-model",
            "messages": [{"role": "user", "content": "你好"}],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0.5,
        }
    ]


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
async def test_what_may_pass_is_tried_again_and_each_time_later(pauses: list[float], status: int) -> None:
    refused = refusal(status)
    provider, answer = await ask(refused, aiohttp.ClientConnectionError("refused"), Given(200))
    assert isinstance(answer, Given)
    assert answer.status == 200
    assert refused.closed
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
        await ask(aiohttp.ServerDisconnectedError("the first"), httpx2.ConnectError("the second"), attempts=2)


@pytest.mark.parametrize(("header", "pause"), [("Retry-After", "2"), ("Retry-After-Ms", "2000")])
async def test_a_provider_says_when(pauses: list[float], header: str, pause: str) -> None:
    await ask(refusal(429, {header: pause}), Given(200))
    assert pauses == [2]


async def test_a_long_wait_is_for_the_user_to_decide(pauses: list[float]) -> None:
    provider, told = await ask(refusal(429, {"Retry-After": "6"}))
    assert isinstance(told, errors.Refusal)
    assert errors.refused(told).retry_after == 6
    assert (len(provider.asked), pauses) == (1, [])


async def test_a_provider_may_say_whether(pauses: list[float]) -> None:
    provider, _ = await ask(refusal(400, {"X-Should-Retry": "true"}), Given(200))
    assert len(provider.asked) == 2
    provider, _ = await ask(refusal(503, {"X-Should-Retry": "false"}))
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [(b"<html>Oops", "<html>Oops"), (b'["no"]', ["no"]), (b'{"error": "no"}', "no"), (b"", "")],
)
async def test_a_refusal_says_what_it_can(pauses: list[float], body: bytes, told: object) -> None:
    _, refused = await ask(Given(400, reads=[body]))
    assert isinstance(refused, errors.Refusal)
    assert refused.body == told


async def test_an_endless_refusal_is_read_no_further_than_a_reason_is_long(pauses: list[float]) -> None:
    endless = Given(400, reads=[b"x" * 1024], endless=True)
    await ask(endless)
    assert endless.taken <= MAX_REASON_BYTES / 1024 + 2
    assert endless.closed
