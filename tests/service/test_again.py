"""Asking the model again: more of the same reply, or another one beside it."""

import pytest
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end, read_until
from fakes.joining_client import Client

from chat import service
from chat.auth.caller import Caller
from chat.errors import Conflict
from chat.service.requests import Again, Ask


async def test_continue_goes_on_in_the_same_message(upstream: FedUpstream, as_alice: Caller) -> None:
    upstream.script("one ", finish_reason=None)
    following = await service.ask(as_alice, Ask("Hi", resume_window=None))
    client = await read_until(following, "one ")
    await service.stop(as_alice, following.reply)
    upstream.script("two")
    more = await service.continue_(as_alice, following.reply, Again())
    assert more.reply == following.reply
    seam = Client()
    seam.text = "one "
    await read_to_end(more, seam)
    assert (seam.starts, seam.end and seam.end.length) == (1, 7)
    assert upstream.calls[1].continuing
    assert upstream.calls[1].messages[-1] == {"role": "assistant", "content": "one "}
    message = await service.read_message(as_alice, following.reply)
    assert (message["content"], message["status"]) == ("one two", "complete")
    await read_to_end(await service.follow(as_alice, more.reply, last_event_id=client.last_id), client)
    assert (client.starts, client.text) == (1, "one two")


async def test_what_is_complete_or_has_answers_is_not_continued(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    upstream.script("one")
    first = await service.ask(as_alice, Ask("Hi"))
    await read_to_end(first)
    with pytest.raises(Conflict):
        await service.continue_(as_alice, first.reply, Again())
    upstream.script("cut", finish_reason="length")
    cut = await service.ask(as_alice, Ask("More", conversation=first.conversation))
    await read_to_end(cut)
    upstream.script("x")
    await read_to_end(await service.ask(as_alice, Ask("Below", conversation=first.conversation)))
    with pytest.raises(Conflict):
        await service.continue_(as_alice, cut.reply, Again())


async def test_regenerate_makes_a_sibling_also_beside_one_that_runs(
    upstream: FedUpstream, as_alice: Caller
) -> None:
    upstream.script("one", finish_reason=None)
    first = await service.ask(as_alice, Ask("Hi", resume_window=None, params={"temperature": 0.5}))
    await read_until(first, "one")
    upstream.script("two")
    second = await service.regenerate(as_alice, first.reply, Again(model="large"))
    assert (await read_to_end(second)).text == "two"
    message = await service.read_message(as_alice, second.reply)
    assert message["parent"] == first.request
    assert message["model"] == "large"
    assert upstream.calls[1].params == {"temperature": 0.5}
    assert (await service.read_conversation(as_alice, first.conversation))["active"] == second.reply
    await service.stop(as_alice, first.reply)
