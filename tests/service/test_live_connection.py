"""One connection for everything: what waits for a client that reads slowly, and how it is cut off."""

import asyncio

from fakes.fed_upstream import FedUpstream

from chat import service
from chat.auth.caller import Caller
from chat.events import Batch, Changed, Delta, Title
from chat.service.live import MAX_NEWS
from chat.service.requests import Ask
from chat.service.runtime import runtime


async def test_news_that_waits_is_one_entry_for_each_conversation(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    live = await service.open_live(as_alice, [])
    read = aiter(live)
    for _ in range(3):
        live.tell(Changed("a"))
        live.tell(Title("a", "old"))
    live.tell(Changed("b"))
    live.tell(Title("a", "new"))
    assert await anext(read) == Batch((Changed("a"), Title("a", "new"), Changed("b")))
    live.leave()


async def test_a_client_that_falls_too_far_behind_is_cut_off_to_look_at_everything(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    live = await service.open_live(as_alice, [])
    for number in range(MAX_NEWS + 1):
        live.tell(Changed(str(number)))
    async with asyncio.timeout(5):
        assert [item async for item in live] == []
    assert live not in (await runtime()).listeners


async def test_who_reads_slowly_gets_a_longer_slice_and_not_a_longer_queue(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    source = upstream.script("one", finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi", background=True))
    live = await service.open_live(as_alice, [following.reply])
    read = aiter(live)
    slices: list[str] = []
    async with asyncio.timeout(5):
        while "one" not in "".join(slices):
            item = await anext(read)
            assert isinstance(item, Batch)
            slices += [event.text for event in item.events if isinstance(event, Delta)]
        for number in range(100):
            source.text(f" {number}")
            await asyncio.sleep(0)  # the reply grows, and the client does not read
        source.end()
        while "99" not in slices[-1]:
            item = await anext(read)
            assert isinstance(item, Batch)
            slices += [event.text for event in item.events if isinstance(event, Delta)]
    assert "".join(slices) == "one" + "".join(f" {number}" for number in range(100))
    assert len(slices) < 10
    live.leave()


async def test_leaving_leaves_every_reply_also_before_the_first_step(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    source = upstream.script("one", finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi", background=True, resume_window=0.01))
    live = await service.open_live(as_alice, [following.reply])
    live.leave()
    async with asyncio.timeout(5):
        await source.closed.wait()
    here = await runtime()
    assert live not in here.streams | here.listeners
