"""A commit that arrived, and its answer did not: nothing is written twice, fails, or is left running."""

import asyncio

import pytest
from fakes.eventually import eventually
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end
from fakes.lost_answers import LostAnswers

from chat import service
from chat.access.rows import message_for
from chat.auth.caller import Caller
from chat.errors import Unavailable
from chat.models import Checkpoint, Message
from chat.service.reaper import STRAY_SECONDS, Reaper
from chat.service.requests import Ask
from chat.service.runtime import runtime


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> LostAnswers:
    return LostAnswers(monkeypatch)


async def test_a_checkpoint_comes_again_longer_and_the_reply_goes_on(
    upstream: FedUpstream, as_alice: Caller, answers: LostAnswers
) -> None:
    answers.lose_when(Checkpoint.objects.exists)
    source = upstream.script("Hello", finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi", resume_window=None))
    assert await asyncio.to_thread(answers.lost.wait, 5)
    source.text(" world")
    await eventually(lambda: message_for(as_alice.user_id, following.reply).content == "Hello world")
    source.end()
    client = await read_to_end(following)
    assert (client.text, client.end and client.end.status) == ("Hello world", "complete")
    assert (await service.read_message(as_alice, following.reply))["content"] == "Hello world"


async def test_an_end_is_told_as_it_was_saved(
    upstream: FedUpstream, as_alice: Caller, answers: LostAnswers
) -> None:
    answers.lose_when(Message.objects.filter(role="assistant", status="complete").exists)
    upstream.script("Hello", finish_reason="length")
    client = await read_to_end(await service.ask(as_alice, Ask("Hi")))
    assert answers.lost.is_set()
    assert client.text == "Hello"
    assert client.end is not None
    assert (client.end.status, client.end.finish_reason) == ("complete", "length")


async def test_an_ask_that_was_stored_and_never_begun_is_interrupted_and_its_retry_is_told(
    upstream: FedUpstream, as_alice: Caller, answers: LostAnswers
) -> None:
    answers.lose_when(Message.objects.filter(status="streaming").exists)
    with pytest.raises(Unavailable):
        await service.ask(as_alice, Ask("Hi"), idempotency_key="k")
    assert answers.lost.is_set()
    retry = await service.ask(as_alice, Ask("Hi"), idempotency_key="k")
    assert retry.joined
    here = await runtime()
    now = 0.0
    reaper = Reaper(here.server, here.registry.epochs, clock=lambda: now)
    while now < STRAY_SECONDS:
        await reaper.look()
        assert (await service.read_message(as_alice, retry.reply))["status"] == "streaming"
        now += 1
    await reaper.look()
    assert (await service.read_message(as_alice, retry.reply))["status"] == "interrupted"
    client = await read_to_end(retry)
    assert (client.text, client.end and client.end.status) == ("", "interrupted")
    assert not upstream.calls, "nobody asked the model"


async def test_what_runs_here_is_no_stray_however_long_it_is_silent(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    source = upstream.script(finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi", resume_window=None))
    here = await runtime()
    now = 0.0
    reaper = Reaper(here.server, here.registry.epochs, clock=lambda: now)
    while now < 5 * STRAY_SECONDS:
        await reaper.look()
        now += 1
    source.text("at last")
    source.end()
    client = await read_to_end(following)
    assert (client.text, client.end and client.end.status) == ("at last", "complete")
