"""What a new conversation begins with: on the page what its user chose, for a program what it says itself."""

import pytest
from django.contrib.auth.models import User
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end

from chat import service
from chat.actions.preferences import choose
from chat.auth.caller import Caller
from chat.database import in_database
from chat.models import Conversation
from chat.service.requests import Ask


@pytest.fixture
def on_page(alice: User) -> Caller:
    choose(alice.pk, system_prompt="Be brief.", params={"temperature": 0.5})
    return Caller(alice.pk, "session", session_key="k")


async def ask(upstream: FedUpstream, caller: Caller, body: Ask) -> str:
    upstream.script("Yes.")
    following = await service.ask(caller, body)
    await read_to_end(following)
    return following.conversation


async def test_the_page_begins_with_what_its_user_chose(upstream: FedUpstream, on_page: Caller) -> None:
    key = await ask(upstream, on_page, Ask("Hi"))
    call = upstream.calls[0]
    assert call.params == {"temperature": 0.5}
    assert call.messages[0] == {"role": "system", "content": "Be brief."}
    conversation = await in_database(Conversation.objects.get, id=key)
    assert (conversation.system_prompt, conversation.params) == ("Be brief.", {"temperature": 0.5})


async def test_a_conversation_keeps_what_it_began_with(upstream: FedUpstream, on_page: Caller) -> None:
    key = await ask(upstream, on_page, Ask("Hi"))
    await in_database(choose, on_page.user_id, system_prompt="Be long.", params={})
    await ask(upstream, on_page, Ask("More", conversation=key))
    assert upstream.calls[1].params == {"temperature": 0.5}
    assert upstream.calls[1].messages[0]["content"] == "Be brief."


async def test_what_the_call_says_wins(upstream: FedUpstream, on_page: Caller) -> None:
    await ask(upstream, on_page, Ask("Hi", system_prompt="", params={"top_p": 1}))
    assert upstream.calls[0].params == {"top_p": 1}
    assert upstream.calls[0].messages[0]["role"] == "user"


async def test_a_program_gets_what_it_says_and_no_more(upstream: FedUpstream, on_page: Caller) -> None:
    await ask(upstream, Caller(on_page.user_id, "key"), Ask("Hi"))
    assert upstream.calls[0].params == {}
    assert upstream.calls[0].messages[0]["role"] == "user"
