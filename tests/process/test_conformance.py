"""One set of promises for SSE, NDJSON and WebSocket: how a reply streams, and that `end` means saved."""

import pytest
from process.harness.calls import Api, Refused
from process.harness.claims import saved_as_read
from process.harness.scripts import SCRIPTS, STALLED, ProviderLog, question, words
from process.harness.transports import Transport

pytestmark = pytest.mark.process


async def test_a_reply_streams_start_then_deltas_then_end(transport: Transport, alice: Api) -> None:
    async with transport.ask(question(tokens=12, delay=0.01)) as stream:
        reading = await stream.rest()
    kinds = [event["type"] for event in reading.events if event["type"] != "title"]
    assert (kinds[0], kinds[-1]) == ("start", "end")
    assert set(kinds[1:-1]) == {"delta"}
    assert reading.text == words(12)
    assert reading.overlaps == 0
    assert set(reading.start) - {"id"} == {"type", "conversation", "request", "reply", "model"}
    assert {event["reply"] for event in reading.of_type("delta")} == {reading.start["reply"]}
    assert (reading.status, reading.end["finish_reason"]) == ("complete", "stop")
    assert reading.end["error"] is None
    assert set(reading.end["usage"]) >= {"prompt_tokens", "completion_tokens", "total_tokens"}
    assert set(reading.end) - {"id"} == {
        *("type", "reply", "status", "finish_reason", "length", "usage", "error")
    }
    await saved_as_read(alice, reading)


async def test_the_question_is_saved_and_named_by_start(transport: Transport, alice: Api) -> None:
    content = question(tokens=2)
    async with transport.ask(content) as stream:
        start = (await stream.rest()).start
    request = await alice.message(start["request"])
    reply = await alice.message(start["reply"])
    assert (request["role"], request["content"], request["parent"]) == ("user", content, None)
    assert (reply["role"], reply["parent"], reply["model"]) == ("assistant", request["id"], start["model"])
    assert reply["conversation"] == request["conversation"] == start["conversation"]
    assert (
        reply["created"] <= reply["started"] <= reply["first_token"] <= reply["first_text"] <= reply["ended"]
    )


@pytest.mark.parametrize("write", [0, 1, 7], ids=["whole frames", "byte by byte", "seven bytes a write"])
async def test_text_of_every_script_arrives_as_it_was_sent(
    transport: Transport, alice: Api, log: ProviderLog, write: int
) -> None:
    content = question(text=SCRIPTS * 3, tokens=150, write=write)
    async with transport.ask(content) as stream:
        reading = await stream.rest()
    assert reading.text == SCRIPTS * 3
    assert reading.overlaps == 0
    await saved_as_read(alice, reading)


async def test_reasoning_streams_beside_the_text_with_offsets_of_its_own(
    transport: Transport, alice: Api
) -> None:
    thinking = "Let me think: 世界 😀 e\u0301. " * 4
    async with transport.ask(question(tokens=6, delay=0.01, reasoning=thinking)) as stream:
        reading = await stream.rest()
    assert reading.reasoning == thinking
    assert reading.text == words(6)
    assert reading.overlaps == 0
    first_delta = reading.events.index(reading.of_type("delta")[0])
    assert reading.events.index(reading.of_type("reasoning")[-1]) < first_delta
    await saved_as_read(alice, reading)


async def test_a_think_tag_becomes_reasoning(transport: Transport, alice: Api) -> None:
    pieces = ["<th", "ink>a pl", "an</thi", "nk>", "The ", "answer"]
    async with transport.ask(question(pieces=pieces, delay=0.005)) as stream:
        reading = await stream.rest()
    assert (reading.reasoning, reading.text) == ("a plan", "The answer")
    await saved_as_read(alice, reading)


async def test_a_failure_before_the_first_token_is_an_end(transport: Transport, alice: Api) -> None:
    async with transport.ask(question(fail="status", status=400)) as stream:
        reading = await stream.rest()
    assert reading.start["reply"] == reading.end["reply"]
    assert (reading.status, reading.text, reading.end["length"]) == ("failed", "", 0)
    assert set(reading.end["error"]) >= {"type", "code", "message"}
    message = await saved_as_read(alice, reading)
    assert message["error"] == reading.end["error"]


async def test_a_failure_in_the_middle_keeps_what_had_arrived(transport: Transport, alice: Api) -> None:
    async with transport.ask(question(tokens=9, fail="cut", after=4)) as stream:
        reading = await stream.rest()
    assert (reading.status, reading.text) == ("failed", words(4))
    await saved_as_read(alice, reading)


@pytest.mark.parametrize("reason", ["length", "content_filter"])
async def test_the_provider_s_finish_reason_is_told(transport: Transport, alice: Api, reason: str) -> None:
    async with transport.ask(question(tokens=3, finish_reason=reason)) as stream:
        reading = await stream.rest()
    assert reading.end["finish_reason"] == reason
    await saved_as_read(alice, reading)


async def test_stop_saves_what_had_arrived_and_ends_every_stream(
    transport: Transport, alice: Api, log: ProviderLog
) -> None:
    content = question(**STALLED)
    async with transport.ask(content) as stream:
        await stream.words(3)
        async with transport.follow(stream.reading.start["reply"]) as other:
            await other.words(3)
            message = await transport.stop(stream.reading.start["reply"])
            reading, also = await stream.rest(), await other.rest()
    assert (message["status"], message["content"]) == ("stopped", words(3))
    assert (reading.status, reading.text) == (also.status, also.text) == ("stopped", words(3))
    assert await alice.message(message["id"]) == message
    assert (await log.closed(content))["text"] == words(3)


async def test_a_closed_connection_is_an_abort(transport: Transport, alice: Api, log: ProviderLog) -> None:
    content = question(**STALLED)
    async with transport.ask(content) as stream:
        await stream.words(3)
        stream.cut()
    message = await alice.settled(stream.reading.start["reply"])
    assert (message["status"], message["content"]) == ("interrupted", words(3))
    assert (await log.closed(content))["text"] == words(3)


async def test_closed_markdown_blocks_come_as_html_where_asked_for(transport: Transport) -> None:
    text = "# Title\n\nSome *text* and <script>alert(1)</script>\n\n```python\nx = 1\n```\n\nThe last.\n"
    async with transport.ask(question(text=text, tokens=20, delay=0.005), render="html") as stream:
        reading = await stream.rest()
    blocks = reading.of_type("block")
    assert reading.text == text
    assert [block["index"] for block in blocks] == list(range(4))
    assert "<h1" in blocks[0]["html"]
    assert "<em>text</em>" in blocks[1]["html"]
    assert all("<script" not in block["html"] for block in blocks)
    sources = [text[block["offset"] : block["offset"] + block["length"]] for block in blocks]
    assert [source.strip() for source in sources] == [part.strip() for part in text.split("\n\n")]


async def test_a_title_comes_by_itself_and_has_no_position(transport: Transport, alice: Api) -> None:
    content = question(tokens=60, delay=0.02, title="Of scripted things")
    async with transport.ask(content) as stream:
        reading = await stream.rest()
    titles = reading.of_type("title")
    assert [title["title"] for title in titles] == ["Of scripted things"]
    assert set(titles[0]) == {"type", "conversation", "title"}
    conversation = await alice.get(f"conversations/{reading.start['conversation']}")
    assert conversation["title"] == "Of scripted things"


async def test_another_user_s_reply_is_not_found(transport: Transport, bob: Api) -> None:
    asked = await bob.ask_behind(question(tokens=2))
    for attempt in (transport.follow(asked["reply"]), transport.again("regenerate", asked["reply"])):
        with pytest.raises(Refused) as refused:
            async with attempt:
                pass
        assert (refused.value.error["code"], refused.value.status) in [
            ("not_found", 404),
            ("not_found", None),
        ]
