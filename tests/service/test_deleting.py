"""Deleting with a way back: gone for everybody at once, brought back as it was, purged when too late."""

import asyncio

import pytest
from django.utils import timezone
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end

from chat import service
from chat.actions.deleting import CONVERSATION_KEPT, MESSAGES_KEPT, hide_message
from chat.auth.caller import Caller
from chat.database import in_database
from chat.errors import BadRequest, Conflict, NotFound
from chat.models import Conversation, Message
from chat.review.purging import purge_hidden
from chat.service import Following
from chat.service.requests import Again, Ask


async def asked(caller: Caller, upstream: FedUpstream, text: str, **fields: object) -> Following:
    """A reply that ended."""
    upstream.script(text)
    following = await service.ask(caller, Ask(f"About {text}?", **fields))  # type: ignore[arg-type]
    await read_to_end(following)
    return following


async def tree(caller: Caller, conversation: str) -> tuple[list[str], str | None]:
    """The texts, and the end of the branch that is shown."""
    found = await service.read_conversation(caller, conversation)
    return [message["content"] for message in found["messages"]], found["active"]


async def test_a_message_goes_with_all_below_it_and_comes_back_as_it_was(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    first = await asked(as_alice, upstream, "one")
    second = await asked(as_alice, upstream, "two", conversation=first.conversation)
    before = await tree(as_alice, first.conversation)
    assert await service.delete_message(as_alice, second.request or "") == 2
    assert await tree(as_alice, first.conversation) == (["About one?", "one"], first.reply)
    with pytest.raises(NotFound):
        await service.read_message(as_alice, second.reply)
    with pytest.raises(NotFound):
        await service.follow(as_alice, second.reply)
    assert (await service.restore_message(as_alice, second.request or ""))["content"] == "About two?"
    assert await tree(as_alice, first.conversation) == before


async def test_the_nearest_sibling_is_shown_instead_and_the_branch_named_at_the_undo(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    first = await asked(as_alice, upstream, "one")
    upstream.script("another")
    again = await service.regenerate(as_alice, first.reply, Again())
    await read_to_end(again)
    below = await asked(as_alice, upstream, "below", conversation=first.conversation)
    upstream.script("other end")
    other_end = await service.regenerate(as_alice, below.reply, Again())
    await read_to_end(other_end)
    assert await service.delete_message(as_alice, again.reply) == 4
    assert (await tree(as_alice, first.conversation))[1] == first.reply
    await service.restore_message(as_alice, again.reply, {"active": below.reply})
    assert (await tree(as_alice, first.conversation))[1] == below.reply
    await service.delete_message(as_alice, again.reply)
    await service.restore_message(as_alice, again.reply, {"active": first.reply})  # is not of what came back
    assert (await tree(as_alice, first.conversation))[1] == other_end.reply


async def test_a_question_without_its_reply_can_be_shown_and_asked_again(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    first = await asked(as_alice, upstream, "one")
    await service.delete_message(as_alice, first.reply)
    assert await tree(as_alice, first.conversation) == (["About one?"], first.request)
    await service.change_conversation(as_alice, first.conversation, {"active": first.request})
    upstream.script("better")
    client = await read_to_end(await service.regenerate(as_alice, first.request or "", Again()))
    assert client.text == "better"
    with pytest.raises(BadRequest):
        await service.change_conversation(as_alice, first.conversation, {"active": first.request})


async def test_what_runs_below_is_stopped_and_stays_stopped_when_it_comes_back(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    source = upstream.script("one", finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi", resume_window=None))
    follower = asyncio.create_task(read_to_end(following))
    await source.opened.wait()
    await service.delete_message(as_alice, following.request or "")
    client = await follower
    assert client.end is not None
    assert (client.end.status, client.end.error and client.end.error["code"]) == ("stopped", "deleted")
    assert source.closed.is_set()
    await service.restore_message(as_alice, following.request or "")
    message = await service.read_message(as_alice, following.reply)
    assert (message["status"], message["content"]) == ("stopped", "one")


async def test_nothing_is_asked_below_what_is_deleted_meanwhile(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    first = await asked(as_alice, upstream, "one")
    await service.delete_message(as_alice, first.reply)
    for again in (service.regenerate, service.continue_):
        with pytest.raises(NotFound):
            await again(as_alice, first.reply, Again())
    with pytest.raises(NotFound):
        await service.ask(as_alice, Ask("More", conversation=first.conversation, parent=first.reply))


async def test_what_was_deleted_is_neither_sent_nor_found_until_it_is_back(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    first = await asked(as_alice, upstream, "one")
    second = await asked(as_alice, upstream, "needle", conversation=first.conversation)
    await service.delete_message(as_alice, second.request or "")
    assert (await service.list_conversations(as_alice, q="needle"))["results"] == []
    await asked(as_alice, upstream, "three", conversation=first.conversation)
    assert [message["content"] for message in upstream.calls[-1].messages] == [
        "About one?",
        "one",
        "About three?",
    ]
    await service.restore_message(as_alice, second.request or "")
    found = (await service.list_conversations(as_alice, q="needle"))["results"]
    assert [row["id"] for row in found] == [first.conversation]
    await service.delete_conversation(as_alice, first.conversation)
    assert (await service.list_conversations(as_alice, q="needle"))["results"] == []
    await service.restore_conversation(as_alice, first.conversation)
    assert len((await service.list_conversations(as_alice, q="needle"))["results"]) == 1


async def test_below_what_is_deleted_nothing_comes_back_alone(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    first = await asked(as_alice, upstream, "one")
    await service.delete_message(as_alice, first.reply)
    await service.delete_message(as_alice, first.request or "")
    with pytest.raises(Conflict):
        await service.restore_message(as_alice, first.reply)
    await service.restore_message(as_alice, first.request or "")
    assert await tree(as_alice, first.conversation) == (["About one?"], first.request)
    await service.restore_message(as_alice, first.reply)
    assert (await tree(as_alice, first.conversation))[0] == ["About one?", "one"]


async def test_another_user_neither_deletes_nor_brings_back(
    upstream: FedUpstream, as_alice: Caller, as_bob: Caller
) -> None:
    first = await asked(as_alice, upstream, "one")
    with pytest.raises(NotFound):
        await service.delete_message(as_bob, first.reply)
    await service.delete_message(as_alice, first.reply)
    with pytest.raises(NotFound):
        await service.restore_message(as_bob, first.reply)
    await service.delete_conversation(as_alice, first.conversation)
    with pytest.raises(NotFound):
        await service.restore_conversation(as_bob, first.conversation)
    with pytest.raises(NotFound):
        await service.restore_message(as_alice, first.reply)  # its conversation is gone


async def test_after_the_purge_nothing_comes_back(upstream: FedUpstream, as_alice: Caller) -> None:
    first = await asked(as_alice, upstream, "one")
    second = await asked(as_alice, upstream, "two", conversation=first.conversation)
    await service.delete_message(as_alice, second.request or "")
    now = timezone.now()
    await in_database(purge_hidden, now)
    assert await in_database(Message.objects.count) == 4
    await in_database(purge_hidden, now + MESSAGES_KEPT)
    with pytest.raises(NotFound):
        await service.restore_message(as_alice, second.request or "")
    assert (await tree(as_alice, first.conversation))[0] == ["About one?", "one"]
    await service.delete_conversation(as_alice, first.conversation)
    await in_database(purge_hidden, timezone.now() + CONVERSATION_KEPT)
    with pytest.raises(NotFound):
        await service.restore_conversation(as_alice, first.conversation)
    assert not await in_database(Message.objects.exists)


async def test_what_is_too_old_does_not_come_back_before_the_purge_either(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    first = await asked(as_alice, upstream, "one")
    await service.delete_message(as_alice, first.reply)
    long_ago = timezone.now() - MESSAGES_KEPT
    await in_database(lambda: Message.objects.filter(id=first.reply).update(deleted=long_ago))
    with pytest.raises(NotFound):
        await service.restore_message(as_alice, first.reply)
    await service.delete_conversation(as_alice, first.conversation)
    await in_database(lambda: Conversation.objects.update(deleted=long_ago))
    with pytest.raises(NotFound):
        await service.restore_conversation(as_alice, first.conversation)


async def test_what_still_runs_is_purged_after_its_end_only(upstream: FedUpstream, as_alice: Caller) -> None:
    source = upstream.script("one", finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi", resume_window=None))
    await source.opened.wait()
    # As by another process, which has hidden the rows and not stopped what runs yet.
    await in_database(hide_message, as_alice.user_id, following.request)
    assert await in_database(purge_hidden, timezone.now() + MESSAGES_KEPT) == 0
    source.end()
    await read_to_end(following)
    assert await in_database(purge_hidden, timezone.now() + MESSAGES_KEPT) == 1
    assert not await in_database(Message.objects.exists)


async def test_a_conversation_comes_back_whole(upstream: FedUpstream, as_alice: Caller) -> None:
    first = await asked(as_alice, upstream, "one")
    before = await tree(as_alice, first.conversation)
    await service.delete_conversation(as_alice, first.conversation)
    with pytest.raises(NotFound):
        await service.read_conversation(as_alice, first.conversation)
    assert (await service.list_conversations(as_alice))["results"] == []
    assert (await service.restore_conversation(as_alice, first.conversation))["id"] == first.conversation
    assert await tree(as_alice, first.conversation) == before
