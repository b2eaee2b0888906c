"""How replies are saved: only what is new, many at once, and rightly where something stands in the way."""

import asyncio

from fakes.engine_ports import FedSource, MemoryStore, begin, new_registry, saying, settled
from fakes.joining_client import Client

from chat.chunks import Chunk
from chat.engine.checkpoints import GROUP
from chat.engine.cursor import Cursor
from chat.engine.ports import Final
from chat.engine.registry import Registry
from chat.engine.transcript import Ended


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


async def test_a_checkpoint_grows_to_some_length_before_the_next_one_begins(source: FedSource) -> None:
    store = MemoryStore(row_chars=6)
    registry = new_registry(store)
    live = begin(registry, source)
    text, thoughts = "", ""
    for thought, said in (
        ("hm", ""),
        ("m", "a"),
        ("", "bc"),
        ("", "d"),
        ("", "a long one"),
        ("", "e"),
        ("", "f"),
    ):
        source.feed(Chunk(reasoning=thought, text=said))
        thoughts, text = thoughts + thought, text + said
        await settled()
        await registry._checkpoints.tick()
        assert (store.saved[live.epoch], store.reasoning[live.epoch]) == (text, thoughts)
    assert (store.saves, store.rows) == (7, 3)


async def test_a_checkpoint_that_was_not_saved_is_no_beginning_of_another(source: FedSource) -> None:
    store = MemoryStore(row_chars=3)
    registry = new_registry(store)
    live = await saying(registry, source, "one ")
    store.away = True
    await registry._checkpoints.tick()
    store.away = False
    source.text("two")
    await settled()
    await registry._checkpoints.tick()
    assert (store.saved[live.epoch], store.rows) == ("one two", 1)


async def test_the_end_waits_for_the_checkpoint_in_flight(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = await saying(registry, source, "one")
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


async def test_replies_whose_ends_are_due_take_no_places_in_a_commit(
    registry: Registry, store: MemoryStore
) -> None:
    ending = [await saying(registry, FedSource(), "x") for _ in range(GROUP)]
    for live in ending:
        live.closing_since = 0.0
    for _ in range(GROUP):
        await saying(registry, FedSource(), "x")
    await registry._checkpoints.tick()
    assert (store.saves, len(store.saved)) == (1, GROUP)
    for live in ending:
        live.closing_since = None


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
    live = await saying(registry, source, "one ")
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


async def test_the_beat_finds_a_reply_that_was_stopped_elsewhere_and_ends_it_with_all_that_it_has(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = await saying(registry, source, "all that was shown")
    store.to_stop = frozenset({live.epoch})
    await registry.beat()
    await live.done()
    assert source.closed.is_set()
    assert live.transcript.ended == Ended("stopped")
    assert store.endings[live.epoch].text == "all that was shown"


async def test_the_beat_notices_a_quiet_reply_that_others_ended(
    registry: Registry, store: MemoryStore, source: FedSource
) -> None:
    live = begin(registry, source)
    store.rivals[live.epoch] = Final(Ended("stopped"), "", "")
    await settled()
    await registry.beat()
    await live.done()
    assert live.transcript.ended == Ended("stopped")
