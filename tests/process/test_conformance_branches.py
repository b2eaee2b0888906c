"""One set of promises for SSE, NDJSON and WebSocket: continue, regenerate, edit, and one reply at a time."""

import pytest
from process.harness.calls import Api, Refused
from process.harness.claims import replayed, saved_as_read
from process.harness.reading import Reading
from process.harness.scripts import STALLED, question, words
from process.harness.transports import Transport

pytestmark = pytest.mark.process


async def stopped(transport: Transport, **then: object) -> Reading:
    """A reply that was stopped after its third word; `then` is what a `continue` brings."""
    async with transport.ask(question(**STALLED, then=then)) as stream:
        await stream.words(3)
        await transport.stop(stream.reading.start["reply"])
        return await stream.rest()


async def test_continue_goes_on_in_the_same_message(transport: Transport, alice: Api) -> None:
    before = await stopped(transport, text="and 世界 so on", tokens=4)
    reply = before.start["reply"]
    reading = Reading(text=before.text)
    async with transport.again("continue", reply) as stream:
        stream.reading = reading
        await stream.rest()
    assert reading.start["reply"] == reply
    assert reading.of_type("delta")[0]["offset"] == len(before.text)
    assert reading.overlaps == 0
    assert reading.text == before.text + "and 世界 so on"
    assert reading.status == "complete"
    await saved_as_read(alice, reading)


async def test_ids_stay_good_across_the_seam_of_a_continue(transport: Transport, alice: Api) -> None:
    before = await stopped(transport, tokens=4, delay=0.01)
    reply = before.start["reply"]
    ids = [event["id"] for event in before.events if event.get("id")]
    async with transport.again("continue", reply) as stream:
        stream.reading = Reading(text=before.text)
        whole = await stream.rest()
    for position in range(len(ids)):
        reading = replayed(before, position)
        async with transport.follow(reply, reading) as again:
            await again.rest()
        assert (reading.text, reading.overlaps) == (whole.text, 0)
        assert [event["status"] for event in reading.of_type("end")] == ["complete"]
        assert reading.of_type("start") == []
    async with transport.follow(reply) as fresh:
        reading = await fresh.rest()
    assert reading.text == whole.text
    assert len(reading.of_type("start")) == len(reading.of_type("end")) == 1


async def test_regenerate_is_a_sibling_to_the_same_question(transport: Transport, alice: Api) -> None:
    async with transport.ask(question(tokens=3)) as stream:
        first = await stream.rest()
    async with transport.again("regenerate", first.start["reply"]) as stream:
        second = await stream.rest()
    assert second.start["reply"] != first.start["reply"]
    assert second.start["request"] == first.start["request"]
    assert second.text == words(3)
    message = await saved_as_read(alice, second)
    assert message["parent"] == first.start["request"]
    conversation = await alice.get(f"conversations/{first.start['conversation']}")
    assert conversation["active"] == second.start["reply"]
    assert len(conversation["messages"]) == 3


async def test_regenerate_is_allowed_beside_a_sibling_that_runs(transport: Transport, alice: Api) -> None:
    async with transport.ask(question(**STALLED)) as stream:
        await stream.words(3)
        async with transport.again("regenerate", stream.reading.start["reply"]) as sibling:
            await sibling.words(3)
            assert (await alice.message(stream.reading.start["reply"]))["status"] == "streaming"


async def test_an_edit_is_a_branch_from_the_parent_that_it_names(transport: Transport, alice: Api) -> None:
    async with transport.ask(question(tokens=2)) as stream:
        first = (await stream.rest()).start
    async with transport.ask(question(tokens=2), conversation=first["conversation"]) as stream:
        second = (await stream.rest()).start
    edited = question(tokens=3)
    async with transport.ask(edited, conversation=first["conversation"], parent=first["reply"]) as stream:
        third = (await stream.rest()).start
    async with transport.ask(edited, conversation=first["conversation"], parent=None) as stream:
        fourth = (await stream.rest()).start
    parents = [(await alice.message(start["request"]))["parent"] for start in (first, second, third, fourth)]
    assert parents == [None, first["reply"], first["reply"], None]


async def test_asking_below_a_reply_that_runs_is_a_conflict(transport: Transport) -> None:
    async with transport.ask(question(**STALLED)) as stream:
        await stream.words(3)
        with pytest.raises(Refused) as refused:
            async with transport.ask(question(), conversation=stream.reading.start["conversation"]):
                pass
        await transport.stop(stream.reading.start["reply"])
    assert refused.value.error["code"]
    assert refused.value.status in (409, None)
