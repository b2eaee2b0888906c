"""Calls that are refused: what is not the caller's, what is no id, what is too much, what cannot be now."""

import pytest
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end, read_until
from pytest_django import Settings

from chat import service
from chat.auth.caller import Caller
from chat.engine.position import decode
from chat.errors import BadRequest, Conflict, NotFound, TooLarge, TooMany
from chat.models import Completion
from chat.service.replies import FOLLOWED_A_STREAM
from chat.service.requests import Again, Ask
from chat.service.runtime import runtime


async def test_a_refused_call_claims_no_key(upstream: FedUpstream, as_alice: Caller) -> None:
    with pytest.raises(BadRequest):
        await service.ask(as_alice, Ask("Hi", model="unknown"), idempotency_key="k")
    upstream.script("one")
    following = await service.ask(as_alice, Ask("Hi"), idempotency_key="k")
    assert (await read_to_end(following)).text == "one"


async def test_nothing_is_asked_below_a_reply_that_runs(upstream: FedUpstream, as_alice: Caller) -> None:
    upstream.script("one", finish_reason=None)
    first = await service.ask(as_alice, Ask("Hi", resume_window=None))
    with pytest.raises(Conflict):
        await service.ask(as_alice, Ask("More", conversation=first.conversation))
    await service.stop(as_alice, first.reply)


async def test_another_users_reply_is_not_found(
    upstream: FedUpstream, as_alice: Caller, as_bob: Caller
) -> None:
    upstream.script("one", finish_reason=None)
    body = Ask("Hi", resume_window=None)
    running = await service.ask(as_alice, body)
    client = await read_until(running, "one")

    async def refused(verb: object) -> None:
        with pytest.raises(NotFound):
            await verb  # type: ignore[misc]

    async def bob_tries() -> None:
        await refused(service.follow(as_bob, running.reply))
        await refused(service.follow(as_bob, running.reply, last_event_id=client.last_id))
        await refused(service.ask(as_bob, body, last_event_id=client.last_id))
        await refused(service.stop(as_bob, running.reply))
        await refused(service.regenerate(as_bob, running.reply, Again()))
        await refused(service.continue_(as_bob, running.reply, Again()))
        await refused(service.read_message(as_bob, running.reply))
        await refused(service.rate(as_bob, running.reply, {"rating": 1}))
        await refused(service.read_conversation(as_bob, running.conversation))
        await refused(service.change_conversation(as_bob, running.conversation, {"title": "x"}))
        await refused(service.delete_conversation(as_bob, running.conversation))
        await refused(service.ask(as_bob, Ask("x", conversation=running.conversation)))
        own = await service.make_conversation(as_bob, {})
        await refused(service.ask(as_bob, Ask("x", conversation=own["id"], parent=running.reply)))

    await bob_tries()
    await service.stop(as_alice, running.reply)
    await bob_tries()


@pytest.mark.parametrize("bad", ["", "x", "00000000-0000-0000-0000-000000000000", "' OR 1=1 --"])
async def test_what_is_no_id_is_not_found(upstream: FedUpstream, as_alice: Caller, bad: str) -> None:
    for verb in (service.follow, service.stop, service.read_message, service.read_conversation):
        with pytest.raises(NotFound):
            await verb(as_alice, bad)


async def test_a_position_of_another_reply_is_refused(upstream: FedUpstream, as_alice: Caller) -> None:
    upstream.script("one")
    first = await read_to_end(await service.ask(as_alice, Ask("1?")))
    upstream.script("two")
    second = await service.ask(as_alice, Ask("2?"))
    await read_to_end(second)
    with pytest.raises(BadRequest):
        await service.follow(as_alice, second.reply, last_event_id=first.last_id)
    unknown = decode(first.last_id or "")
    unknown = type(unknown)(Completion().id, unknown.epoch, 0, 0)
    with pytest.raises(NotFound):
        await service.follow(as_alice, second.reply, last_event_id=unknown.encode())


async def test_limits_are_told(upstream: FedUpstream, as_alice: Caller, settings: object) -> None:
    settings.CHAT_MAX_MESSAGE_CHARS = 5  # type: ignore[attr-defined]
    settings.CHAT_MAX_STREAMS_PER_USER = 1  # type: ignore[attr-defined]
    with pytest.raises(TooLarge):
        await service.ask(as_alice, Ask("123456"))
    upstream.script("x", finish_reason=None)
    running = await service.ask(as_alice, Ask("Hi", resume_window=None))
    with pytest.raises(TooMany) as refused:
        await service.ask(as_alice, Ask("Hi"))
    assert refused.value.retry_after
    await service.stop(as_alice, running.reply)


async def test_one_user_cannot_take_all_connections_by_following(
    upstream: FedUpstream, as_alice: Caller, settings: Settings
) -> None:
    settings.CHAT_MAX_STREAMS_PER_USER = 1
    upstream.script("x", finish_reason=None)
    running = await service.ask(as_alice, Ask("Hi", resume_window=None))
    more = [await service.follow(as_alice, running.reply) for _ in range(FOLLOWED_A_STREAM - 1)]
    with pytest.raises(TooMany) as refused:
        await service.follow(as_alice, running.reply)
    assert (refused.value.code, refused.value.retry_after) == ("too_many_followed", 1)
    more.pop().leave()
    more.append(await service.follow(as_alice, running.reply))
    for each in more:
        each.leave()
    await service.stop(as_alice, running.reply)
    running.leave()
    assert not (await runtime()).followed
