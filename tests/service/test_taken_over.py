"""What another process ended before the owner noticed: the owner lets go, and tells what was saved."""

import asyncio
from uuid import UUID

import pytest
from django.db import IntegrityError
from fakes.eventually import eventually
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end, read_until

from chat import service
from chat.actions.new_reply import Chosen, Origin, store
from chat.actions.stop import stop as stop_by_row
from chat.auth.caller import Caller
from chat.database import in_database
from chat.events import Block
from chat.ids import new_id
from chat.models import Checkpoint, Completion, Message, Server
from chat.service.requests import Again, Ask


async def stopped_elsewhere(caller: Caller, reply: str) -> None:
    """As another process does it that could not reach us: by the row alone, once a checkpoint is there."""
    await eventually(Checkpoint.objects.exists)
    assert await in_database(stop_by_row, caller.user_id, UUID(reply))


async def test_continuing_what_another_process_stopped_closes_the_old_upstream_at_once(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    old = upstream.script("Hello", finish_reason=None)
    first = await service.ask(as_alice, Ask("Hi", resume_window=None))
    await read_until(first, "Hello")
    await stopped_elsewhere(as_alice, first.reply)
    new = upstream.script(" more", finish_reason=None)
    await service.continue_(as_alice, first.reply, Again(background=True))
    async with asyncio.timeout(1):  # a beat, which would notice too, comes every two seconds
        await old.closed.wait()
    old.text(" what nobody saved")
    new.end()
    client = await read_to_end(await service.follow(as_alice, first.reply))
    assert (client.text, client.end and client.end.status) == ("Hello more", "complete")
    assert (await service.read_message(as_alice, first.reply))["content"] == "Hello more"


async def test_a_stop_here_ends_what_was_continued_elsewhere_since(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    old = upstream.script("Hello", finish_reason=None)
    first = await service.ask(as_alice, Ask("Hi", resume_window=None))
    await read_until(first, "Hello")
    await stopped_elsewhere(as_alice, first.reply)

    def continued_elsewhere() -> None:
        reply = Message.objects.get(id=first.reply)
        another = Server.objects.create(name="another")
        completion = Completion.objects.create(
            message=reply, number=2, server=another, model="small", text_start=len(reply.content)
        )
        Message.objects.filter(id=reply.id).update(status="streaming", completion=completion)

    await in_database(continued_elsewhere)
    message = await service.stop(as_alice, first.reply)
    assert (message["status"], message["content"]) == ("stopped", "Hello")
    assert old.closed.is_set()


async def test_blocks_are_of_the_text_that_was_saved(upstream: FedUpstream, as_alice: Caller) -> None:
    source = upstream.script("the first\n\nthe second", finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi", resume_window=None), render=True)
    batches = aiter(following)
    events = [*(await anext(batches)).events]
    await eventually(Checkpoint.objects.exists)
    await in_database(lambda: Checkpoint.objects.update(text="the first\n\nthe"))
    await stopped_elsewhere(as_alice, following.reply)
    source.text(", and more")  # whose checkpoint tells the owner that it lost
    async for batch in batches:
        events += batch.events
    shown = {event.index: event.html.strip() for event in events if isinstance(event, Block)}
    assert shown == {0: "<p>the first</p>", 1: "<p>the</p>"}


async def test_a_process_that_wakes_up_buried_joins_what_a_retry_began_elsewhere_meanwhile(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    following = await service.ask(as_alice, Ask("Hi", background=True))
    origin = Origin(as_alice.user_id, new_id(), "hash", lambda name, params: Chosen("small", "c"))
    met = [IntegrityError("no such server"), IntegrityError("the key is taken")]

    def transaction() -> UUID:
        if met:
            raise met.pop(0)
        return UUID(following.reply)

    assert await in_database(store, origin, transaction) == UUID(following.reply)
    assert await in_database(Server.objects.filter(id=origin.server).exists)


@pytest.mark.parametrize("again", [False, True], ids=["ask", "continue"])
async def test_a_process_whose_row_was_buried_while_it_slept_begins_replies_again(
    upstream: FedUpstream, as_alice: Caller, again: bool
) -> None:
    upstream.script("one", finish_reason="length")
    following = await service.ask(as_alice, Ask("Hi"))
    await read_to_end(following)
    await in_database(Server.objects.all().delete)
    upstream.script(" two")
    if again:
        following = await service.continue_(as_alice, following.reply, Again(background=True))
    else:
        following = await service.ask(as_alice, Ask("Hi again", background=True))
    client = await read_to_end(await service.follow(as_alice, following.reply))
    assert client.end is not None
    assert client.end.status == "complete"
