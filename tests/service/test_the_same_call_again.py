"""A client that sends its call again: it goes on or joins where the first one was, and never asks twice."""

import pytest
from django.utils import timezone
from fakes.eventually import eventually
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end, read_until
from fakes.joining_client import Client

from chat import service
from chat.actions.deleting import CONVERSATION_KEPT
from chat.auth.caller import Caller
from chat.errors import BadRequest, NotFound
from chat.events import Delta
from chat.models import Message
from chat.review.purging import purge_hidden
from chat.service import Following
from chat.service.requests import Again, Ask


async def stopped_reply(upstream: FedUpstream, caller: Caller, question: Ask) -> tuple[Following, Client]:
    """A reply that was stopped after `one`, and the client that asked for it, which saw its end."""
    upstream.script("one", finish_reason=None)
    following = await service.ask(caller, question)
    client = await read_until(following, "one")
    await service.stop(caller, following.reply)
    resumed = await service.ask(caller, question, last_event_id=client.last_id)
    return following, await read_to_end(resumed, client)


def purged() -> bool:
    """Whether nothing is left of a deleted conversation, once it cannot be brought back any more."""
    purge_hidden(timezone.now() + CONVERSATION_KEPT)
    return not Message.objects.exists()


async def first_offset(following: Following) -> int:
    deltas = [event async for batch in following for event in batch.events if isinstance(event, Delta)]
    return deltas[0].offset


async def test_an_event_source_goes_on_by_the_call_that_opened_it_across_a_continue(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    question = Ask("Hi", resume_window=None)
    first, client = await stopped_reply(upstream, as_alice, question)
    source = upstream.script(" two", finish_reason=None)
    await service.continue_(as_alice, first.reply, Again(background=True))
    for text in (" two", " three"):
        source.text(" three")
        resumed = await service.ask(as_alice, question, last_event_id=client.last_id)
        await read_until(resumed, text, client)
    source.end()
    await read_to_end(await service.ask(as_alice, question, last_event_id=client.last_id), client)
    assert (client.starts, client.text) == (1, "one two three three")
    assert len(upstream.calls) == 2


async def test_a_continue_sent_twice_begins_twice_at_the_old_length(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    first, client = await stopped_reply(upstream, as_alice, Ask("Hi", resume_window=None))
    source = upstream.script(" two", finish_reason=None)
    calls = [await service.continue_(as_alice, first.reply, Again(), idempotency_key="k") for _ in range(2)]
    source.end()
    assert [call.joined for call in calls] == [False, True]
    assert [await first_offset(call) for call in calls] == [len(client.text)] * 2


async def test_a_key_whose_reply_was_deleted_asks_nothing_anew(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    upstream.script("one", finish_reason=None)
    question = Ask("Hi", background=True)
    following = await service.ask(as_alice, question, idempotency_key="k")
    await service.delete_conversation(as_alice, following.conversation)
    with pytest.raises(NotFound):
        await service.ask(as_alice, question, idempotency_key="k")
    await eventually(purged)
    with pytest.raises(NotFound):
        await service.ask(as_alice, question, idempotency_key="k")
    assert len(upstream.calls) == 1


@pytest.mark.parametrize(
    "key", ["", "x" * 256, "a\x00b", "\ud800"], ids=["empty", "long", "NUL", "surrogate"]
)
async def test_a_key_that_no_row_can_hold_is_refused(
    upstream: FedUpstream, as_alice: Caller, key: str
) -> None:
    with pytest.raises(BadRequest) as refused:
        await service.ask(as_alice, Ask("Hi"), idempotency_key=key)
    assert refused.value.param == "Idempotency-Key"
