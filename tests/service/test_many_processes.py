"""A process that dies, sleeps or is somebody else's: what others do with its replies."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from django.utils import timezone
from fakes.dead_process import running_reply_of_a_dead_process
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end, read_until
from fakes.joining_client import Client

from chat import service
from chat.actions.checkpoint import Growth, save_growth
from chat.actions.deleting import CONVERSATION_KEPT
from chat.actions.finish import Outcome, finish, finish_as_saved
from chat.actions.stop import want_stop
from chat.audit import Actor
from chat.auth.caller import Caller
from chat.database import in_database
from chat.ids import new_id
from chat.models import Checkpoint, ReviewExport, Server
from chat.relay import NoRelay, Piece
from chat.review import exports
from chat.review.purging import purge_hidden
from chat.service.reaper import PATIENCE, Reaper
from chat.service.requests import Again, Ask
from chat.service.runtime import runtime


async def test_a_reaper_ends_what_a_dead_process_left_with_its_last_checkpoint(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    reply, _ = await running_reply_of_a_dead_process(as_alice, upstream)
    assert (await service.read_message(as_alice, reply))["content"] == "saved"
    now = 0.0
    reaper = Reaper(new_id(), clock=lambda: now)
    while now <= PATIENCE - 1:
        await reaper.look()
        assert (await service.read_message(as_alice, reply))["status"] == "streaming"
        now += 1
    await reaper.look()
    message = await service.read_message(as_alice, reply)
    assert (message["status"], message["content"], message["reasoning"]) == ("interrupted", "saved", "hm")
    assert message["cut_off"] == "crash"
    assert not await in_database(Server.objects.filter(name="dead").exists)
    assert not await in_database(Checkpoint.objects.exists)


async def test_a_reaper_ends_the_export_that_a_dead_process_was_making(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    def begin() -> ReviewExport:
        dead = Server.objects.create(name="dead", beat=7)
        row = exports.ask(as_alice.user_id, "", "jsonl", pseudonymised=False)
        assert exports.begin(row, 9, Actor(as_alice.user_id, "admin"), dead.pk)
        return row

    row = await in_database(begin)
    now = 0.0
    reaper = Reaper(new_id(), clock=lambda: now)
    while now <= PATIENCE - 1:
        await reaper.look()
        assert await in_database(exports.note, row.pk, int(now))
        now += 1
    await reaper.look()
    await in_database(row.refresh_from_db)
    assert (row.error, row.done) == ("interrupted", 9)


@pytest.mark.parametrize("disturbance", ["a beat", "a sleep of the reaper's own"])
async def test_a_reaper_begins_to_observe_anew(
    upstream: FedUpstream, as_alice: Caller, disturbance: str
) -> None:
    reply, _ = await running_reply_of_a_dead_process(as_alice, upstream)
    now = 0.0
    reaper = Reaper(new_id(), clock=lambda: now)
    await reaper.look()
    for _ in range(9):
        now += 1
        await reaper.look()
    if disturbance == "a beat":
        await in_database(Server.objects.filter(name="dead").update, beat=8)
    else:
        now += 100
    now += 1
    await reaper.look()
    assert (await service.read_message(as_alice, reply))["status"] == "streaming"


async def test_a_reply_of_another_process_is_followed_by_its_row(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    reply, epoch = await running_reply_of_a_dead_process(as_alice, upstream)
    client = await read_until(await service.follow(as_alice, reply), "saved")
    await in_database(save_growth, [Growth(epoch, 5, " more", 2, "")])
    following = await service.follow(as_alice, reply, last_event_id=client.last_id)
    await read_until(following, "saved more", client)
    await in_database(finish_as_saved, epoch, "interrupted")
    await read_to_end(await service.follow(as_alice, reply, last_event_id=client.last_id), client)
    assert (client.starts, client.text, client.end and client.end.status) == (1, "saved more", "interrupted")


async def test_a_client_ahead_of_another_processs_row_waits_for_it_to_catch_up(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    reply, epoch = await running_reply_of_a_dead_process(as_alice, upstream)
    client = await read_until(await service.follow(as_alice, reply), "saved")
    assert client.position is not None
    client.text += " ahead"
    client.last_id = client.position.at(reasoning=2, text=len(client.text)).encode()
    resumed = await service.follow(as_alice, reply, last_event_id=client.last_id)
    follower = asyncio.create_task(read_until(resumed, "ahead of it", client))
    await asyncio.sleep(0)
    await in_database(save_growth, [Growth(epoch, 5, " ahead of it", 2, "")])
    await follower
    assert (client.starts, client.text) == (1, "saved ahead of it")


class NotedRelay(NoRelay):
    """Another process that says nothing, so that its rows are read; who came and left is noted."""

    def __init__(self) -> None:
        super().__init__(silence=0.01)
        self.notes: asyncio.Queue[str] = asyncio.Queue()

    @asynccontextmanager
    async def follow(
        self, reply: UUID, epoch: UUID, server: UUID, *, reasoning: int, text: int
    ) -> AsyncIterator[AsyncIterator[Piece | None]]:
        self.notes.put_nowait(f"came with {text}")
        async with super().follow(reply, epoch, server, reasoning=reasoning, text=text) as pieces:
            yield pieces
        self.notes.put_nowait(f"left with {text}")


async def test_a_follower_that_begins_anew_from_the_row_never_leaves_the_owner_in_between(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    here = await runtime()
    here.relay = relay = NotedRelay()
    reply, epoch = await running_reply_of_a_dead_process(as_alice, upstream)
    follower = asyncio.create_task(read_until(await service.follow(as_alice, reply), "saved more still"))
    async with asyncio.timeout(5):
        assert await relay.notes.get() == "came with 5"
        await in_database(save_growth, [Growth(epoch, 5, " more", 2, "")])
        assert [await relay.notes.get() for _ in range(2)] == ["came with 10", "left with 5"]
        await in_database(save_growth, [Growth(epoch, 10, " still", 2, "")])
        await follower


async def test_a_follower_finds_the_rows_gone_and_is_told_of_the_delete(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    reply, _ = await running_reply_of_a_dead_process(as_alice, upstream)
    following = await service.follow(as_alice, reply)
    batches = aiter(following)
    client = Client()
    while client.text != "saved":
        client.take(await anext(batches))
    await service.delete_conversation(as_alice, following.conversation)
    await in_database(purge_hidden, timezone.now() + CONVERSATION_KEPT)
    async for batch in batches:
        client.take(batch)
    assert client.text == "saved"
    assert client.end is not None
    assert (client.end.status, client.end.error and client.end.error["code"]) == ("stopped", "deleted")


async def test_a_stop_that_comes_by_the_row_has_all_that_was_shown(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    source = upstream.script("Hello", finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi", resume_window=None))
    await read_until(following, "Hello")
    assert await in_database(want_stop, UUID(following.reply))
    here = await runtime()
    await here.registry.beat()
    live = here.registry.get(UUID(following.reply))
    assert live is not None
    await live.done()
    assert source.closed.is_set()
    message = await service.read_message(as_alice, following.reply)
    assert (message["status"], message["content"]) == ("stopped", "Hello")
    assert not await in_database(want_stop, UUID(following.reply)), "it runs no more"


async def test_a_stop_of_another_processs_reply_is_durable(
    upstream: FedUpstream, as_alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.service.replies.OWNER_SECONDS", 0.1)
    reply, epoch = await running_reply_of_a_dead_process(as_alice, upstream)
    message = await service.stop(as_alice, reply)
    assert (message["status"], message["content"]) == ("stopped", "saved")
    late = await in_database(save_growth, [Growth(epoch, 5, " late", 2, "")])
    assert late == {epoch}, "the owner's late tick changes nothing, and learns it"
    told = await in_database(finish, UUID(reply), epoch, Outcome("complete", "saved and more", ""))
    assert (told.status, told.text) == ("stopped", "saved"), "nor does its late end"


async def test_a_late_owner_cannot_touch_what_a_continue_reopened(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    reply, epoch = await running_reply_of_a_dead_process(as_alice, upstream)
    await in_database(finish_as_saved, epoch, "interrupted")
    source = upstream.script(" again", finish_reason=None)
    more = await service.continue_(as_alice, reply, Again(resume_window=60))
    assert await in_database(save_growth, [Growth(epoch, 5, " late", 2, "")]) == {epoch}
    told = await in_database(finish, UUID(reply), epoch, Outcome("complete", "saved late", ""))
    assert (told.status, told.text) == ("interrupted", "saved")
    source.end()
    async for _ in more:
        pass
    assert (await service.read_message(as_alice, reply))["content"] == "saved again"


async def test_a_client_that_saw_more_than_was_saved_begins_again(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    reply, epoch = await running_reply_of_a_dead_process(as_alice, upstream)
    client = await read_until(await service.follow(as_alice, reply), "saved")
    assert client.position is not None
    client.text += " and lost"
    client.last_id = client.position.at(reasoning=2, text=len(client.text)).encode()
    await in_database(finish_as_saved, epoch, "interrupted")
    await read_to_end(await service.follow(as_alice, reply, last_event_id=client.last_id), client)
    assert (client.starts, client.text) == (2, "saved")
