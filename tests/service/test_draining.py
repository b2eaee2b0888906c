"""A drain that begins while somebody asks: what is stored is ended and saved, and nothing else is stored."""

import asyncio
import threading
from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any

import pytest
from fakes.dead_process import running_reply_of_a_dead_process
from fakes.engine_ports import settled
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end
from pytest_django import Settings

from chat import service
from chat.auth.caller import Caller
from chat.database import in_database
from chat.errors import Unavailable
from chat.models import Message
from chat.service.bounded import CLOSE_SECONDS
from chat.service.requests import Ask
from chat.service.runtime import runtime
from chat.upstream import ModelInfo


class HoldingUpstream(FedUpstream):
    """Holds whoever asks: before the models are known, or within the transaction that stores the question."""

    def __init__(self) -> None:
        super().__init__()
        self.known = asyncio.Event()
        self.known.set()
        self.chosen = threading.Event()
        self.chosen.set()
        self.asked = asyncio.Event()
        self.storing = threading.Event()

    async def ready(self) -> None:
        self.asked.set()
        await self.known.wait()

    def choose(self, name: str, group_ids: Collection[int], params: Mapping[str, Any]) -> ModelInfo:
        self.storing.set()
        assert self.chosen.wait(5)
        return super().choose(name, group_ids, params)


@pytest.fixture
async def holding(transactional_db: None) -> AsyncIterator[HoldingUpstream]:
    upstream = HoldingUpstream()
    await service.start(upstream)
    yield upstream
    upstream.known.set()
    upstream.chosen.set()
    await service.drain()


@pytest.mark.parametrize("beside", [True, False], ids=["beside a running reply", "alone"])
async def test_a_drain_ends_and_saves_what_is_being_asked(
    holding: HoldingUpstream, as_alice: Caller, beside: bool
) -> None:
    question = Ask("Hi", background=True)
    if beside:
        await service.ask(as_alice, question)
        holding.storing.clear()
    holding.chosen.clear()
    asking = asyncio.create_task(service.ask(as_alice, question))
    assert await asyncio.to_thread(holding.storing.wait, 5)
    draining = asyncio.create_task(service.drain())
    await settled()
    holding.chosen.set()
    assert await draining == 0
    assert not await in_database(Message.objects.filter(status="streaming").exists)
    message = await service.read_message(as_alice, (await asking).reply)
    assert (message["status"], message["cut_off"]) == ("interrupted", "drain")


async def test_what_was_stored_when_all_had_been_let_go_gets_no_title(
    upstream: FedUpstream, as_alice: Caller, settings: Settings
) -> None:
    settings.CHAT_AUTO_TITLE = True
    (await runtime()).has_let_go = True  # storing took longer than the drain waits
    upstream.script("Hello")
    following = await service.ask(as_alice, Ask("Hi", background=True))
    assert following.live is not None
    await following.live.done()
    assert upstream.titles == []


async def test_who_waits_for_the_models_when_a_drain_begins_is_refused_and_nothing_is_stored(
    holding: HoldingUpstream, as_alice: Caller
) -> None:
    holding.known.clear()
    asking = asyncio.create_task(service.ask(as_alice, Ask("Hi")))
    await holding.asked.wait()
    assert await service.drain() == 0
    holding.known.set()
    with pytest.raises(Unavailable) as refused:
        await asking
    assert refused.value.code == "draining"
    assert not await in_database(Message.objects.exists)


async def test_who_comes_after_the_drain_to_follow_what_runs_elsewhere_holds_nothing_up(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    reply, _ = await running_reply_of_a_dead_process(as_alice, upstream)
    await service.drain()
    follow = await service.follow(as_alice, reply)
    client = await asyncio.wait_for(read_to_end(follow), 5)
    assert (client.text, client.end) == ("saved", None)
    assert follow.closed_reason == "draining"


async def test_a_task_that_does_not_end_holds_no_drain_up(upstream: FedUpstream, caplog: Any) -> None:
    enough = asyncio.Event()

    async def stubborn() -> None:
        try:
            await enough.wait()
        except asyncio.CancelledError:
            await enough.wait()

    task = (await runtime()).own(stubborn())
    await settled()
    async with asyncio.timeout(2 * CLOSE_SECONDS):
        assert await service.drain() == 0
    assert "did not end" in caplog.text
    enough.set()
    await task
