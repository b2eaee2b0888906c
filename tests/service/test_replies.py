"""Ask, follow, stop, come back: what a user sees is what is saved."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end, read_until

from chat import service
from chat.auth.caller import Caller
from chat.database import in_database
from chat.errors import Conflict, NotFound, UpstreamError
from chat.events import Block, Event, Title
from chat.models import Checkpoint, Message
from chat.service.requests import Ask


async def saved(caller: Caller, reply: str) -> dict[str, Any]:
    return await service.read_message(caller, reply)


async def eventually(holds: Callable[[], bool]) -> None:
    """Look at the database until it is so; five seconds at most."""
    async with asyncio.timeout(5):
        while not await in_database(holds):
            await asyncio.sleep(0.01)


async def test_a_complete_reply_is_saved(upstream: FedUpstream, as_alice: Caller) -> None:
    upstream.script("Hel", "lo 😀")
    following = await service.ask(as_alice, Ask("Hi", system_prompt="Be kind."))
    client = await read_to_end(following)
    assert client.text == "Hello 😀"
    message = await saved(as_alice, following.reply)
    assert (message["content"], message["status"], message["finish_reason"]) == (
        "Hello 😀",
        "complete",
        "stop",
    )
    assert message["parent"] == following.request
    assert message["first_token"] <= message["first_text"]
    assert message["started"]
    assert message["ended"]
    assert upstream.calls[0].messages == (
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hi"},
    )
    assert await in_database(Checkpoint.objects.count) == 0


async def test_the_next_question_carries_the_branch(upstream: FedUpstream, as_alice: Caller) -> None:
    upstream.script("one")
    first = await service.ask(as_alice, Ask("1?"))
    await read_to_end(first)
    upstream.script("two")
    await read_to_end(await service.ask(as_alice, Ask("2?", conversation=first.conversation)))
    assert [message["content"] for message in upstream.calls[1].messages] == ["1?", "one", "2?"]


async def test_an_edit_is_a_branch_that_does_not_see_its_sibling(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    upstream.script("one")
    first = await service.ask(as_alice, Ask("1?"))
    await read_to_end(first)
    upstream.script("two")
    await read_to_end(await service.ask(as_alice, Ask("2?", conversation=first.conversation)))
    upstream.script("other")
    edit = await service.ask(as_alice, Ask("2!", conversation=first.conversation, parent=first.reply))
    await read_to_end(edit)
    assert [message["content"] for message in upstream.calls[2].messages] == ["1?", "one", "2!"]
    upstream.script("fresh")
    fresh = await service.ask(as_alice, Ask("3?", conversation=first.conversation, parent=None))
    await read_to_end(fresh)
    assert [message["content"] for message in upstream.calls[3].messages] == ["3?"]
    tree = await service.read_conversation(as_alice, first.conversation)
    assert tree["active"] == fresh.reply
    assert len(tree["messages"]) == 8


async def test_stop_saves_what_had_arrived(upstream: FedUpstream, as_alice: Caller) -> None:
    source = upstream.script("Hello", finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi", resume_window=None))
    await read_until(following, "Hello")
    message = await service.stop(as_alice, following.reply)
    assert source.closed.is_set()
    assert (message["status"], message["content"]) == ("stopped", "Hello")
    again = await service.stop(as_alice, following.reply)
    assert again == message


async def test_closing_the_connection_is_the_abort(upstream: FedUpstream, as_alice: Caller) -> None:
    source = upstream.script("Hello", finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi"))
    await read_until(following, "Hello")
    await source.closed.wait()
    ended = await read_to_end(await service.follow(as_alice, following.reply))
    assert ended.end is not None
    assert ended.end.status == "interrupted"
    message = await saved(as_alice, following.reply)
    assert (message["content"], message["cut_off"]) == ("Hello", "left")


async def test_a_client_that_goes_while_it_is_asking_leaves_nothing_running(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    asking = asyncio.create_task(service.ask(as_alice, Ask("Hi")))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await eventually(Message.objects.filter(role="assistant", status="interrupted").exists)


async def test_a_resume_goes_on_right_after_the_position(upstream: FedUpstream, as_alice: Caller) -> None:
    source = upstream.script("one ", finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi", resume_window=60))
    client = await read_until(following, "one ")
    source.text("two ")
    source.end()
    resumed = await service.follow(as_alice, following.reply, last_event_id=client.last_id)
    await read_to_end(resumed, client)
    assert (client.starts, client.text) == (1, "one two ")
    after = await service.follow(as_alice, following.reply, last_event_id=client.last_id)
    assert after.finished


async def test_a_retried_post_goes_on_and_asks_nothing(upstream: FedUpstream, as_alice: Caller) -> None:
    source = upstream.script("one ", finish_reason=None)
    body = Ask("Hi", resume_window=60)
    following = await service.ask(as_alice, body)
    client = await read_until(following, "one ")
    source.text("two")
    source.end()
    retry = await service.ask(as_alice, body, last_event_id=client.last_id)
    assert retry.joined
    await read_to_end(retry, client)
    assert (client.starts, client.text, len(upstream.calls)) == (1, "one two", 1)
    with pytest.raises(Conflict):
        await service.ask(as_alice, Ask("Other"), last_event_id=client.last_id)


async def test_the_same_idempotency_key_joins_the_first_reply(
    upstream: FedUpstream, as_alice: Caller, as_bob: Caller
) -> None:
    upstream.script("one")
    first, second = await asyncio.gather(
        service.ask(as_alice, Ask("Hi"), idempotency_key="k"),
        service.ask(as_alice, Ask("Hi"), idempotency_key="k"),
    )
    assert first.reply == second.reply
    assert {first.joined, second.joined} == {True, False}
    assert (await read_to_end(first)).text == (await read_to_end(second)).text == "one"
    assert len(upstream.calls) == 1
    with pytest.raises(Conflict):
        await service.ask(as_alice, Ask("Other"), idempotency_key="k")
    upstream.script("bob's")
    other = await service.ask(as_bob, Ask("Hi"), idempotency_key="k")
    assert not other.joined
    assert (await read_to_end(other)).text == "bob's"


async def test_a_background_reply_runs_to_its_end_with_nobody_there(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    source = upstream.script("one ", finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi", background=True))
    await source.opened.wait()
    source.text("two")
    source.end()
    assert (await read_to_end(await service.follow(as_alice, following.reply))).text == "one two"


async def test_a_failure_is_told_and_keeps_what_had_arrived(upstream: FedUpstream, as_alice: Caller) -> None:
    source = upstream.script("half", finish_reason=None)
    source.fail(UpstreamError("It failed.", code="upstream_incomplete"))
    following = await service.ask(as_alice, Ask("Hi"))
    client = await read_to_end(following)
    assert client.end is not None
    assert (client.end.status, client.end.error and client.end.error["code"]) == (
        "failed",
        "upstream_incomplete",
    )
    message = await saved(as_alice, following.reply)
    assert (message["content"], message["status"]) == ("half", "failed")


async def test_a_caller_that_waits_for_the_message_gets_it_or_the_failure(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    upstream.script("done")
    message = await service.whole_message(await service.ask(as_alice, Ask("Hi")))
    assert message["content"] == "done"
    upstream.script("x", finish_reason=None).fail(UpstreamError("It failed."))
    following = await service.ask(as_alice, Ask("Hi"))
    with pytest.raises(UpstreamError) as failed:
        await service.whole_message(following)
    assert failed.value.message_id == following.reply


async def test_deleting_hides_at_once_and_stops_what_runs(upstream: FedUpstream, as_alice: Caller) -> None:
    source = upstream.script("one", finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi", resume_window=None))
    follower = asyncio.create_task(read_to_end(following))
    await source.opened.wait()
    await service.delete_conversation(as_alice, following.conversation)
    client = await follower
    assert client.end is not None
    assert (client.end.status, client.end.error and client.end.error["code"]) == ("stopped", "deleted")
    with pytest.raises(NotFound):
        await service.read_message(as_alice, following.reply)


async def test_blocks_come_as_they_close_and_the_last_before_the_end(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    upstream.script("# One\n\n", "two *three*")
    following = await service.ask(as_alice, Ask("Hi"), render=True)
    events = [event async for batch in following for event in batch.events]
    blocks = [event for event in events if isinstance(event, Block)]
    assert [block.index for block in blocks] == [0, 1]
    assert "<h1>" in blocks[0].html
    assert "<em>three</em>" in blocks[1].html
    assert events[-1].type == "end"
    assert blocks[0].offset == 0
    assert blocks[1].offset + blocks[1].length == len("# One\n\ntwo *three*")


async def test_a_title_is_made_from_the_first_question_unless_a_person_gave_one(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    upstream.title_of = lambda question: f"About {question}"
    source = upstream.script("one", finish_reason=None)
    following = await service.ask(as_alice, Ask("cats and dogs"))
    events: list[Event] = []
    async for batch in following:
        events += batch.events
        if any(isinstance(event, Title) for event in batch.events):
            source.end()
    assert any(isinstance(event, Title) and event.title == "About cats and dogs" for event in events)
    listed = await service.list_conversations(as_alice)
    assert listed["results"][0]["title"] == "About cats and dogs"
    upstream.script("two")
    await read_to_end(await service.ask(as_alice, Ask("more", conversation=following.conversation)))
    assert upstream.titles == ["cats and dogs"]
