"""A reply outlives its connections: how it runs, ends, is stopped and abandoned, with no database."""

import asyncio

import pytest
from fakes.engine_ports import FedSource, MemoryStore, begin, new_registry, new_transcript, saying, settled
from fakes.joining_client import Client

from chat.chunks import Chunk
from chat.engine.cursor import Cursor
from chat.engine.registry import Registry
from chat.engine.transcript import Ended
from chat.errors import UpstreamError


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
    live = await saying(registry, source, "Hello")
    live.end_with(Ended("stopped"))
    await live.done()
    assert source.closed.is_set()
    assert (store.endings[live.epoch].ended.status, store.endings[live.epoch].text) == ("stopped", "Hello")


async def test_a_provider_is_hung_up_on_before_anything_is_waited_for(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = await saying(registry, source, "Hello")
    hung_up: list[bool] = []
    live.opened(lambda: hung_up.append(source.closed.is_set()))
    live.end_with(Ended("stopped"))
    assert hung_up == [False]
    await live.done()
    live.end_with(Ended("stopped"))
    assert (hung_up, store.endings[live.epoch].text) == ([False], "Hello")


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
    live = registry.begin(new_transcript(), owner=1, source=source, window=None)
    source.text("abc", "defg")
    await live.done()
    ending = store.endings[live.epoch]
    assert (ending.text, ending.ended.status, ending.ended.finish_reason) == ("abcde", "complete", "length")
    assert source.closed.is_set()


async def test_a_process_that_slept_delivers_nothing_until_its_beat_is_good(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = await saying(registry, source, "x")
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
