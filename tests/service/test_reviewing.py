"""A reviewer looks on while a reply is written: admitted, logged, and without any effect on the reply."""

import asyncio

import pytest
from django.contrib.auth.models import User
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end, read_until

from chat import service
from chat.auth.caller import Caller
from chat.database import in_database
from chat.errors import BadRequest, Forbidden, NotFound
from chat.events import Block
from chat.models import AuditEntry
from chat.service.following import Following
from chat.service.requests import Ask


@pytest.fixture
def as_carol(carol: User) -> Caller:
    return Caller(user_id=carol.pk, via="session", is_staff=True)


def actions() -> list[tuple[str, int | None]]:
    return list(AuditEntry.objects.order_by("id").values_list("action", "actor"))


async def answered(
    caller: Caller, upstream: FedUpstream, text: str, conversation: str | None = None
) -> Following:
    """A question, and its reply read to the end."""
    upstream.script(text)
    asked = await service.ask(caller, Ask("Hi", conversation=conversation))
    await read_to_end(asked)
    return asked


async def test_text_comes_as_it_is_written_and_that_is_an_entry(
    upstream: FedUpstream, as_alice: Caller, as_carol: Caller
) -> None:
    source = upstream.script("One.\n\n", finish_reason=None)
    asked = await service.ask(as_alice, Ask("Hi"))
    seen = await service.follow_reviewed(as_carol, asked.conversation, asked.reply)
    assert await in_database(actions) == [("follow", as_carol.user_id)]
    reading = asyncio.ensure_future(read_to_end(seen))
    source.text("Two.")
    source.end("stop")
    await read_to_end(asked)
    client = await reading
    assert client.text == "One.\n\nTwo."


async def test_blocks_come_rendered(upstream: FedUpstream, as_alice: Caller, as_carol: Caller) -> None:
    upstream.script("**One.**\n\n")
    asked = await service.ask(as_alice, Ask("Hi"))
    seen = await service.follow_reviewed(as_carol, asked.conversation, asked.reply)
    events = [event async for batch in seen for event in batch.events]
    blocks = [event.html for event in events if isinstance(event, Block)]
    assert blocks == ["<p><strong>One.</strong></p>\n"]
    await read_to_end(asked)


async def test_a_reply_that_its_owner_left_ends_though_a_reviewer_looks_on(
    upstream: FedUpstream, as_alice: Caller, as_carol: Caller
) -> None:
    upstream.script("Some words", finish_reason=None)
    asked = await service.ask(as_alice, Ask("Hi", resume_window=0))
    seen = await service.follow_reviewed(as_carol, asked.conversation, asked.reply)
    reading = asyncio.ensure_future(read_to_end(seen))
    await read_until(asked, "Some words")  # and goes
    async with asyncio.timeout(5):
        client = await reading
    assert client.text == "Some words"
    message = await service.read_message(as_alice, asked.reply)
    assert message["status"] == "interrupted"


async def test_a_reply_goes_on_when_a_reviewer_goes(
    upstream: FedUpstream, as_alice: Caller, as_carol: Caller
) -> None:
    source = upstream.script("One", finish_reason=None)
    asked = await service.ask(as_alice, Ask("Hi", resume_window=0))
    seen = await service.follow_reviewed(as_carol, asked.conversation, asked.reply)
    await read_until(seen, "One")
    source.text(" two")
    source.end("stop")
    assert (await read_to_end(asked)).text == "One two"
    assert (await service.read_message(as_alice, asked.reply))["status"] == "complete"


async def test_coming_back_to_a_stream_is_the_same_reading(
    upstream: FedUpstream, as_alice: Caller, as_carol: Caller
) -> None:
    asked = await answered(as_alice, upstream, "All.")
    for _ in range(2):
        await read_to_end(await service.follow_reviewed(as_carol, asked.conversation, asked.reply))
    assert await in_database(actions) == [("follow", as_carol.user_id)]


async def test_who_may_not_review_is_refused_and_leaves_no_entry(
    upstream: FedUpstream, as_alice: Caller, as_bob: Caller
) -> None:
    asked = await answered(as_alice, upstream, "All.")
    for caller in (as_alice, as_bob):
        with pytest.raises(Forbidden):
            await service.follow_reviewed(caller, asked.conversation, asked.reply)
    assert await in_database(actions) == []


async def test_what_is_out_of_scope_or_of_another_conversation_is_not_there(
    upstream: FedUpstream, as_alice: Caller, as_carol: Caller
) -> None:
    one = await answered(as_alice, upstream, "One.")
    two = await answered(as_alice, upstream, "Two.")
    with pytest.raises(NotFound):
        await service.follow_reviewed(as_carol, one.conversation, two.reply)
    await service.delete_conversation(as_alice, one.conversation)
    with pytest.raises(NotFound):
        await service.follow_reviewed(as_carol, one.conversation, one.reply)
    assert await in_database(actions) == []


async def test_a_position_of_another_reply_is_refused(
    upstream: FedUpstream, as_alice: Caller, as_carol: Caller
) -> None:
    upstream.script("One.")
    one = await service.ask(as_alice, Ask("Hi"))
    at = [batch.id async for batch in one][-1]
    two = await answered(as_alice, upstream, "Two.", conversation=one.conversation)
    with pytest.raises(BadRequest):
        await service.follow_reviewed(as_carol, two.conversation, two.reply, last_event_id=at)
