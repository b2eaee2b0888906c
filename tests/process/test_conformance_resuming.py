"""One set of promises for SSE, NDJSON and WebSocket: to follow, to be cut, and to come back."""

import pytest
from process.harness.calls import Api, Refused
from process.harness.claims import replayed, saved_as_read
from process.harness.scripts import SCRIPTS, STALLED, question, words
from process.harness.transports import Stream, Transport

pytestmark = pytest.mark.process


async def test_resuming_from_every_id_seen_loses_and_repeats_nothing(
    transport: Transport, alice: Api
) -> None:
    content = question(text=SCRIPTS, tokens=12, delay=0.015, reasoning="hm, 世界 indeed 😀")
    async with transport.ask(content) as stream:
        whole = await stream.rest()
    ids = [event["id"] for event in whole.events if event.get("id")]
    assert len(set(ids)) == len(ids) >= 5
    for position in range(len(ids) - 1):
        reading = replayed(whole, position)
        async with transport.follow(whole.start["reply"], reading) as again:
            await again.rest()
        assert (reading.text, reading.reasoning) == (whole.text, whole.reasoning)
        assert (reading.overlaps, reading.of_type("start")) == (0, [])


async def test_following_from_the_end_says_that_it_is_the_end(transport: Transport) -> None:
    async with transport.ask(question(tokens=2)) as stream:
        reading = await stream.rest()
    async with transport.follow(reading.start["reply"], reading.goes_on()) as again:
        event = await again.next()
        if transport.repeats_end:
            assert event is not None
            assert (event["type"], event["status"]) == ("end", "complete")
        else:
            assert event is None


async def test_a_follower_without_a_position_gets_all_of_a_running_reply(
    transport: Transport, alice: Api
) -> None:
    asked = await alice.ask_behind(question(text=SCRIPTS, tokens=40, delay=0.01))
    async with transport.follow(asked["reply"]) as stream:
        reading = await stream.rest()
    assert (reading.start["reply"], reading.start["request"]) == (asked["reply"], asked["request"])
    assert (reading.text, reading.overlaps, reading.status) == (SCRIPTS, 0, "complete")
    await saved_as_read(alice, reading)


async def test_within_its_resume_window_a_reply_waits_for_its_client(
    transport: Transport, alice: Api
) -> None:
    async with transport.ask(question(tokens=60, delay=0.02), resume_window=10) as stream:
        await stream.words(5)
        stream.cut()
    reading = stream.reading.goes_on()
    reply = stream.reading.start["reply"]
    async with transport.follow(reply, reading) as again:
        await again.rest()
    assert (reading.text, reading.status, reading.overlaps) == (words(60), "complete", 0)
    assert reading.of_type("start") == []
    await saved_as_read(alice, reading)


async def test_after_its_resume_window_a_reply_is_cut_off_and_saved(transport: Transport, alice: Api) -> None:
    async with transport.ask(question(**STALLED), resume_window=0.3) as stream:
        await stream.words(3)
        stream.cut()
    assert (await alice.message(stream.reading.start["reply"]))["status"] == "streaming"
    message = await alice.settled(stream.reading.start["reply"])
    assert (message["status"], message["content"]) == ("interrupted", words(3))


async def test_in_the_background_the_window_opens_with_the_answer(alice: Api) -> None:
    asked = await alice.ask_behind(question(**STALLED), resume_window=0.3)
    message = await alice.settled(asked["reply"])
    assert (message["status"], message["content"]) == ("interrupted", words(3))


async def test_a_question_cannot_be_followed(transport: Transport, alice: Api) -> None:
    asked = await alice.ask_behind(question(tokens=1))
    with pytest.raises(Refused) as refused:
        async with transport.follow(asked["request"]):
            pass
    assert refused.value.error["type"] == "invalid_request_error"


async def test_without_an_end_to_its_window_a_reply_runs_on_alone(transport: Transport, alice: Api) -> None:
    async with transport.ask(question(tokens=30, delay=0.01), resume_window=None) as stream:
        await stream.words(2)
        stream.cut()
    message = await alice.settled(stream.reading.start["reply"])
    assert (message["status"], message["content"]) == ("complete", words(30))


async def test_two_clients_see_the_same_text(transport: Transport, alice: Api) -> None:
    async with transport.ask(question(text=SCRIPTS, tokens=50, delay=0.01)) as one:
        await one.until(lambda reading: len(reading.text) > 5)
        async with transport.follow(one.reading.start["reply"]) as two:
            readings: list[Stream] = [one, two]
            texts = {(await stream.rest()).text for stream in readings}
    assert texts == {SCRIPTS}
