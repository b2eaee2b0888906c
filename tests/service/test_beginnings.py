"""What a reply is asked with: the call's parameters, else the conversation's; and how new chats begin."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end
from pytest_django import Settings

from chat import service
from chat.actions.deleting import TEMPORARY_KEPT
from chat.actions.preferences import choose
from chat.auth.caller import Caller
from chat.database import in_database
from chat.errors import BadRequest, NotFound
from chat.models import Conversation
from chat.review.purging import purge_hidden
from chat.service.requests import Again, Ask


@pytest.fixture
def on_the_page(as_alice: Caller) -> Caller:
    return replace(as_alice, via="session")


async def test_a_call_without_params_uses_the_conversations(upstream: FedUpstream, as_alice: Caller) -> None:
    made = await service.make_conversation(as_alice, {"params": {"temperature": 0.2, "seed": 7}})
    assert made["params"] == {"temperature": 0.2, "seed": 7}
    upstream.script("one", finish_reason="length")
    following = await service.ask(as_alice, Ask("Hi", conversation=made["id"]))
    await read_to_end(following)
    upstream.script("two")
    await read_to_end(await service.ask(as_alice, Ask("Hi", conversation=made["id"], params={"top_p": 0.5})))
    await service.change_conversation(as_alice, made["id"], {"params": {"temperature": 1}})
    upstream.script("three")
    await read_to_end(await service.regenerate(as_alice, following.reply, Again()))
    upstream.script("four")
    await service.change_conversation(as_alice, made["id"], {"params": None})
    await read_to_end(await service.regenerate(as_alice, following.reply, Again()))
    assert [call.params for call in upstream.calls] == [
        {"temperature": 0.2, "seed": 7},
        {"top_p": 0.5},
        {"temperature": 1},
        {"temperature": 0.2, "seed": 7},
    ]


async def test_params_that_cannot_be_are_refused_where_they_are_kept(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    wrong: list[dict[str, object]] = [{"messages": []}, {"temperature": "hot"}, {"max_tokens": 0}]
    for params in wrong:
        with pytest.raises(BadRequest):
            await service.make_conversation(as_alice, {"params": params})


async def test_a_new_chat_on_the_page_begins_as_its_user_prefers_and_no_programs_does(
    upstream: FedUpstream, as_alice: Caller, on_the_page: Caller
) -> None:
    preferred = {"model": "large", "system_prompt": "Be kind.", "params": {"temperature": 0.3}}
    await in_database(lambda: choose(as_alice.user_id, **preferred))
    for caller in (on_the_page, as_alice):
        upstream.script("one")
        await read_to_end(await service.ask(caller, Ask("Hi")))
    by_page, by_program = upstream.calls
    assert (by_page.model, by_page.params) == ("large", {"temperature": 0.3})
    assert by_page.messages[0] == {"role": "system", "content": "Be kind."}
    assert (by_program.model, by_program.params) == ("small", {})
    assert by_program.messages[0]["role"] == "user"


async def test_what_the_call_names_counts_before_what_is_preferred(
    upstream: FedUpstream, as_alice: Caller, on_the_page: Caller
) -> None:
    await in_database(lambda: choose(as_alice.user_id, model="gone", system_prompt="Be kind."))
    upstream.script("one")
    await read_to_end(
        await service.ask(on_the_page, Ask("Hi", system_prompt="Be brief.", params={"seed": 1}))
    )
    call = upstream.calls[0]
    assert (call.model, call.params) == ("small", {"seed": 1}), (
        "a model that is not there any more is not asked"
    )
    assert call.messages[0]["content"] == "Be brief."


async def test_a_temporary_chat_is_in_no_list_and_goes_a_day_after_it_was_last_asked(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    upstream.script("needle")
    following = await service.ask(as_alice, Ask("Hi", temporary=True))
    await read_to_end(following)
    assert (await service.list_conversations(as_alice))["results"] == []
    assert (await service.list_conversations(as_alice, q="needle"))["results"] == []
    assert (await service.read_conversation(as_alice, following.conversation))["temporary"]
    now = timezone.now()
    await in_database(purge_hidden, now + TEMPORARY_KEPT - timedelta(minutes=1))
    assert await in_database(Conversation.objects.exists)
    await in_database(purge_hidden, now + TEMPORARY_KEPT)
    assert not await in_database(Conversation.objects.exists)


async def test_a_temporary_chat_that_is_deleted_does_not_come_back(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    made = await service.make_conversation(as_alice, {"temporary": True})
    await service.delete_conversation(as_alice, made["id"])
    with pytest.raises(NotFound):
        await service.restore_conversation(as_alice, made["id"])
    await in_database(purge_hidden)
    assert not await in_database(Conversation.objects.exists)


async def test_a_temporary_chat_that_still_answers_is_not_purged(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    source = upstream.script("slow", finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi", temporary=True, resume_window=None))
    assert await in_database(purge_hidden, timezone.now() + TEMPORARY_KEPT) == 0
    source.end()
    await read_to_end(following)


async def test_only_a_new_conversation_is_temporary_and_only_where_the_site_has_such(
    upstream: FedUpstream, as_alice: Caller, settings: Settings
) -> None:
    made = await service.make_conversation(as_alice, {})
    with pytest.raises(BadRequest):
        await service.ask(as_alice, Ask("Hi", conversation=made["id"], temporary=True))
    settings.CHAT_TEMPORARY_CHATS = "off"
    with pytest.raises(BadRequest):
        await service.ask(as_alice, Ask("Hi", temporary=True))
    with pytest.raises(BadRequest):
        await service.make_conversation(as_alice, {"temporary": True})
