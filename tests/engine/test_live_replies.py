"""A reply outlives its connections: how it runs, ends, is stopped, abandoned and saved, with no database."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fakes.engine_ports import FedSource, MemoryStore, new_registry, new_transcript, settled
from fakes.joining_client import Client

from chat.chunks import Chunk
from chat.engine.checkpoints import GROUP
from chat.engine.cursor import Cursor
from chat.engine.live_reply import LiveReply
from chat.engine.ports import Final
from chat.engine.registry import Registry
from chat.engine.transcript import Ended
from chat.errors import UpstreamError

ALICE = 1


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
async def registry(store: MemoryStore) -> AsyncIterator[Registry]:
    registry = new_registry(store)
    yield registry
    store.away = False
    await registry.drain(0)


@pytest.fixture
def source() -> FedSource:
    return FedSource()


def begin(registry: Registry, source: FedSource, window: float | None = 0) -> LiveReply:
    live = registry.begin(new_transcript(), owner=ALICE, source=source, window=window)
    live.attach()
    return live


async def test_a_complete_reply_is_saved_before_end_is_told(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source)
    source.text("Hel", "lo")
    source.feed(Chunk(usage={"total_tokens": 2}))
    source.end()
    await live.done()
    assert store.endings[live.epoch].text == "Hello"
    client = Client()
    client.read_all(live.transcript)
    assert client.text == "Hello"
    assert client.end is not None
    assert (client.end.status, client.end.finish_reason, client.end.usage) == (
        "complete",
        "stop",
        {"total_tokens": 2},
    )
    await settled()
    assert registry.get(live.id) is None


async def test_stop_closes_the_upstream_and_saves_what_had_arrived(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source)
    source.text("Hello")
    await settled()
    live.end_with(Ended("stopped"))
    await live.done()
    assert source.closed.is_set()
    assert (store.endings[live.epoch].ended.status, store.endings[live.epoch].text) == ("stopped", "Hello")


async def test_the_moment_is_kept_when_the_thinking_was_over(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source)
    source.feed(Chunk(reasoning="hm"))
    await settled()
    assert live.first_token is not None
    assert live.first_text is None
    source.text("Hello")
    await settled()
    answered = live.first_text
    source.text(" world")
    source.end()
    await live.done()
    ending = store.endings[live.epoch]
    assert ending.first_token is not None
    assert ending.first_text is not None
    assert ending.first_token <= ending.first_text == answered


@pytest.mark.parametrize("connecting", [True, False])
async def test_stop_before_the_first_token(
    registry: Registry, store: MemoryStore, source: FedSource, connecting: bool
) -> None:
    if connecting:
        source.let_connect.clear()
    live = begin(registry, source)
    await settled()
    live.end_with(Ended("stopped"))
    await live.done()
    assert source.closed.is_set()
    assert store.endings[live.epoch].ended.status == "stopped"
    assert store.endings[live.epoch].first_token is None


async def test_stop_before_the_task_ever_ran(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source)
    live.end_with(Ended("stopped"))
    await live.done()
    assert store.endings[live.epoch].ended.status == "stopped"


async def test_the_first_reason_is_the_one_that_is_told(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source)
    await settled()
    live.end_with(Ended("stopped"))
    live.end_with(Ended("interrupted"))
    live.detach()
    await live.done()
    live.end_with(Ended("interrupted"))
    assert live.transcript.ended == Ended("stopped")


async def test_a_failure_keeps_what_had_arrived(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source)
    source.text("Hello")
    source.fail(UpstreamError("The provider failed.", code="upstream_incomplete"))
    await live.done()
    ending = store.endings[live.epoch]
    assert (ending.text, ending.ended.status) == ("Hello", "failed")
    assert ending.ended.error is not None
    assert ending.ended.error["code"] == "upstream_incomplete"


async def test_an_unexpected_error_tells_nothing_of_itself(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source)
    source.fail(RuntimeError("the key is sk-secret"))
    await live.done()
    error = store.endings[live.epoch].ended.error
    assert error is not None
    assert "sk-secret" not in str(error)


async def test_the_last_follower_leaving_is_the_abort(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source)
    live.attach()
    source.text("Hi")
    await settled()
    live.detach()
    await settled()
    assert live.intent is None
    live.detach()
    await live.done()
    assert store.endings[live.epoch].ended == Ended("interrupted", cut_off="left")
    assert source.closed.is_set()


async def test_a_follower_that_comes_back_in_time_keeps_the_reply(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source, window=3600)
    live.detach()
    live.attach()
    source.text("x")
    source.end()
    await live.done()
    assert store.endings[live.epoch].ended.status == "complete"


async def test_the_window_cuts_an_abandoned_reply_off(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source, window=0.01)
    live.detach()
    await live.done()
    assert store.endings[live.epoch].ended == Ended("interrupted", cut_off="left")


async def test_the_largest_window_asked_for_counts(registry: Registry, source: FedSource) -> None:
    live = begin(registry, source, window=0)
    live.widen(5)
    live.widen(1)
    assert live.window == 5
    live.widen(None)
    live.widen(7)
    live.detach()
    await settled()
    assert live.intent is None


async def test_a_reply_is_closed_at_its_greatest_length(store: MemoryStore, source: FedSource) -> None:
    registry = new_registry(store, max_chars=5)
    live = registry.begin(new_transcript(), owner=ALICE, source=source, window=None)
    source.text("abc", "defg")
    await live.done()
    ending = store.endings[live.epoch]
    assert (ending.text, ending.ended.status, ending.ended.finish_reason) == ("abcde", "complete", "length")
    assert source.closed.is_set()


async def test_a_checkpoint_saves_only_what_is_new(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source)
    source.text("one ")
    source.feed(Chunk(reasoning="hm"))
    await settled()
    await registry._checkpoints.tick()
    source.text("two")
    await settled()
    await registry._checkpoints.tick()
    await registry._checkpoints.tick()
    assert (store.saved[live.epoch], store.reasoning[live.epoch], store.saves) == ("one two", "hm", 2)


async def test_the_end_waits_for_the_checkpoint_in_flight(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source)
    source.text("one")
    await settled()
    store.hold = asyncio.Event()
    tick = asyncio.create_task(registry._checkpoints.tick())
    await settled()
    source.text(" two")
    source.end()
    await settled()
    assert live.epoch not in store.endings
    store.hold.set()
    await tick
    await live.done()
    assert store.saved[live.epoch] == "one"
    assert store.endings[live.epoch].text == "one two"


async def test_many_replies_are_saved_in_one_go(registry: Registry, store: MemoryStore) -> None:
    lives = []
    for _ in range(50):
        source = FedSource()
        lives.append(begin(registry, source))
        source.text("x")
    await settled()
    await registry._checkpoints.tick()
    assert store.saves == 1
    assert all(store.saved[live.epoch] == "x" for live in lives)


async def test_an_end_waits_for_the_commit_that_its_reply_is_in_and_for_no_other(
    registry: Registry, store: MemoryStore
) -> None:
    sources = [FedSource() for _ in range(GROUP + 1)]
    lives = [begin(registry, source) for source in sources]
    for source in sources:
        source.text("x")
    await settled()
    store.hold = asyncio.Event()
    tick = asyncio.create_task(registry._checkpoints.tick())
    await settled()
    for source in sources:
        source.end()
    await settled()
    assert set(store.endings) == {lives[-1].epoch}
    store.hold.set()
    await tick
    await asyncio.gather(*(live.done() for live in lives))
    assert store.saves == 1, "what ended meanwhile was saved by its end"


async def test_a_text_that_the_database_refuses_fails_alone(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    culprit, other = begin(registry, source), begin(registry, FedSource())
    source.text("x")
    store.refused.add(culprit.epoch)
    await settled()
    await registry._checkpoints.tick()
    await culprit.done()
    assert culprit.transcript.ended is not None
    assert culprit.transcript.ended.status == "failed"
    assert other.intent is None


async def test_nothing_is_lost_while_the_database_is_away(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source)
    source.text("one ")
    await settled()
    store.away = True
    await registry._checkpoints.tick()
    source.text("two")
    source.end()
    await settled()
    assert live.transcript.ended is None, "end is never told before it is saved"
    store.away = False
    await live.done()
    assert store.endings[live.epoch].text == "one two"


async def test_who_loses_the_guard_tells_what_is_there(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source)
    source.text("saved, and more")
    client, cursor = Client(), Cursor()
    await settled()
    client.take(live.take(cursor))
    store.rivals[live.epoch] = Final(Ended("interrupted"), "saved", "")
    await registry._checkpoints.tick()
    await live.done()
    assert source.closed.is_set()
    client.take(live.take(cursor))
    assert client.text == "saved"
    assert client.end is not None
    assert client.end.status == "interrupted"


async def test_the_beat_notices_a_quiet_reply_that_others_ended(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source)
    store.rivals[live.epoch] = Final(Ended("stopped"), "", "")
    await settled()
    await registry.beat()
    await live.done()
    assert live.transcript.ended == Ended("stopped")


async def test_a_process_that_slept_delivers_nothing_until_its_beat_is_good(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source)
    source.text("x")
    await settled()
    registry.pulse.renew(registry.pulse.now() - 6)
    cursor = Cursor()
    assert live.take(cursor) is None
    waiting = asyncio.create_task(live.grown(3600))
    await settled()
    await registry.beat()
    assert await waiting
    assert live.take(cursor) is not None


async def test_a_drain_interrupts_and_saves_all(registry: Registry, store: MemoryStore) -> None:
    lives = []
    for number in range(20):
        source = FedSource()
        lives.append(begin(registry, source, window=None))
        source.text(f"text {number}")
    await settled()
    assert await registry.drain(0) == []
    for number, live in enumerate(lives):
        ending = store.endings[live.epoch]
        assert (ending.text, ending.ended) == (f"text {number}", Ended("interrupted", cut_off="drain"))


async def test_a_drain_lets_what_runs_finish_within_its_grace(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source)
    draining = asyncio.create_task(registry.drain(60))
    await settled()
    source.text("done")
    source.end()
    assert await draining == []
    assert store.endings[live.epoch].ended.status == "complete"


async def test_a_slow_follower_costs_nobody_anything(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source)
    quick, slow = Cursor(), Cursor()
    reader, late = Client(), Client()
    for number in range(10):
        source.text(f"{number} ")
        await settled()
        reader.take(live.take(quick))
    source.end()
    await live.done()
    reader.take(live.take(quick))
    while (batch := live.take(slow)) is not None:
        late.take(batch)
    assert reader.text == late.text == "0 1 2 3 4 5 6 7 8 9 "


async def test_waiting_ends_without_news_after_its_time(registry: Registry, source: FedSource) -> None:
    live = begin(registry, source)
    assert not await live.grown(0.001)
    assert not live._waiters
