"""What comes late: words of an upstream after the end, a beat that took long, news of an epoch gone by."""

import asyncio
from collections.abc import Collection
from uuid import UUID

import pytest
from fakes.engine_ports import FedSource, MemoryStore, new_transcript, settled

from chat.chunks import Chunk
from chat.engine.cursor import Cursor
from chat.engine.ports import Final, Noticed
from chat.engine.registry import Registry
from chat.engine.transcript import Ended, Epoch, Transcript
from chat.ids import new_id

ALICE = 1


class SlowBeats(MemoryStore):
    """Its answer to a beat comes when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()
        self.answer = asyncio.Event()

    async def beat(self, running: Collection[UUID]) -> Noticed:
        self.begun.set()
        await self.answer.wait()
        return await super().beat(running)


@pytest.fixture
def store() -> SlowBeats:
    return SlowBeats()


def later_epoch_of(transcript: Transcript) -> Transcript:
    """The same reply, continued."""
    later = new_transcript()
    later.reply = transcript.reply
    later.epochs = (*transcript.epochs, Epoch(new_id()))
    return later


async def test_what_an_upstream_says_after_the_end_is_not_told(registry: Registry, source: FedSource) -> None:
    live = registry.begin(new_transcript(), owner=ALICE, source=source, window=None)
    source.text("Hello")
    await settled()
    live.end_with(Ended("stopped"))
    await live.done()
    live.append([Chunk(text=" after the end", reasoning="hm", finish_reason="stop")])
    transcript = live.transcript
    assert transcript.ended is not None
    end = transcript.end_event(transcript.ended)
    assert (transcript.text.value(), transcript.reasoning.value()) == ("Hello", "")
    assert end.length == len("Hello")


async def test_a_beat_that_comes_late_wakes_those_who_were_told_nothing_meanwhile(
    registry: Registry, store: SlowBeats, source: FedSource
) -> None:
    live = registry.begin(new_transcript(), owner=ALICE, source=source, window=None)
    beat = asyncio.create_task(registry.beat())
    await store.begun.wait()
    registry.pulse.renew(registry.pulse.now() - 6)  # this beat began fresh, and takes long to arrive
    source.text("x")
    await settled()
    cursor = Cursor()
    assert live.take(cursor) is None
    waiting = asyncio.create_task(live.grown(3600))
    await settled()
    store.answer.set()
    await beat
    async with asyncio.timeout(1):
        assert await waiting
    assert live.take(cursor) is not None


async def test_a_later_epoch_ends_the_one_before_it_at_once(
    registry: Registry, store: SlowBeats, source: FedSource
) -> None:
    old = registry.begin(new_transcript(), owner=ALICE, source=source, window=None)
    source.text("Hello, and more")
    await settled()
    store.rivals[old.epoch] = Final(Ended("stopped"), "Hello", "")
    new = registry.begin(later_epoch_of(old.transcript), owner=ALICE, source=FedSource(), window=None)
    async with asyncio.timeout(1):
        await old.done()
    assert source.closed.is_set()
    assert (old.transcript.ended, old.transcript.text.value()) == (Ended("stopped"), "Hello")
    await settled()
    assert registry.get(new.id) is new
    assert new.intent is None


async def test_news_of_an_epoch_gone_by_does_not_end_the_one_that_runs(
    registry: Registry, store: SlowBeats, source: FedSource
) -> None:
    old = registry.begin(new_transcript(), owner=ALICE, source=source, window=None)
    store.rivals[old.epoch] = Final(Ended("stopped"), "", "")
    beat = asyncio.create_task(registry.beat())
    await store.begun.wait()
    new = registry.begin(later_epoch_of(old.transcript), owner=ALICE, source=FedSource(), window=None)
    store.answer.set()
    await beat
    assert new.intent is None
