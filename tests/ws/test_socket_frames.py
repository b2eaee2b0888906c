"""Every frame of the protocol and its answer."""

import asyncio

import pytest
from fakes.fed_upstream import FedUpstream
from fakes.socket_client import OpenSocket, SocketClient

from chat.errors import UpstreamError


async def test_ping_is_answered(socket: SocketClient) -> None:
    await socket.say(type="ping")
    assert await socket.hear() == {"type": "pong"}


async def test_send_streams_the_reply_and_marks_its_start(
    upstream: FedUpstream, socket: SocketClient
) -> None:
    upstream.script("Hel", "lo 😀")
    await socket.say(type="send", ref="q1", content="Hi")
    frames = await socket.hear_until("end")
    start, deltas, end = frames[0], frames[1:-1], frames[-1]
    assert start["type"] == "start"
    assert start["ref"] == "q1"
    assert start["model"] == "small"
    assert "".join(delta["text"] for delta in deltas) == "Hello 😀"
    assert end["status"] == "complete"
    assert end["length"] == 7
    assert end["id"]
    assert not any("ref" in frame for frame in frames[1:])


async def test_without_a_ref_the_start_is_as_everywhere(upstream: FedUpstream, socket: SocketClient) -> None:
    upstream.script("Hello")
    assert set(await socket.ask()) - {"id"} == {"type", "conversation", "request", "reply", "model"}


async def test_follow_is_acknowledged_before_its_events(upstream: FedUpstream, socket: SocketClient) -> None:
    upstream.script("Hello")
    reply = (await socket.ask())["reply"]
    await socket.hear_until("end")
    await socket.say(type="follow", ref=2, reply=reply)
    assert await socket.hear() == {"type": "ack", "ref": 2}
    frames = await socket.hear_until("end")
    assert frames[0]["type"] == "start"
    assert "ref" not in frames[0]
    assert frames[1]["text"] == "Hello"


async def test_follow_goes_on_after_a_position(upstream: FedUpstream, socket: SocketClient) -> None:
    source = upstream.script("Hello", finish_reason=None)
    reply = (await socket.ask(resume_window=None))["reply"]
    seen = (await socket.hear())["id"]
    await socket.say(type="unfollow", reply=reply)
    await socket.hear()
    source.text(", world")
    source.end()
    await socket.say(type="follow", reply=reply, last_event_id=seen)
    frames = await socket.hear_until("end")
    assert frames[0]["type"] == "ack"
    assert (frames[1]["offset"], frames[1]["text"]) == (5, ", world")


async def test_following_from_the_end_sends_the_end(upstream: FedUpstream, socket: SocketClient) -> None:
    upstream.script("Hello")
    reply = (await socket.ask())["reply"]
    end = (await socket.hear_until("end"))[-1]
    await socket.say(type="follow", reply=reply, last_event_id=end["id"])
    assert (await socket.hear())["type"] == "ack"
    again = await socket.hear()
    assert again == {name: value for name, value in end.items() if name != "id"}


async def test_a_second_follow_replaces_the_first(upstream: FedUpstream, socket: SocketClient) -> None:
    source = upstream.script("one ", finish_reason=None)
    reply = (await socket.ask(resume_window=0))["reply"]
    await socket.hear_text(4)
    await socket.say(type="follow", ref="again", reply=reply)
    frames = await socket.hear_until("delta")
    assert [frame["type"] for frame in frames] == ["ack", "start", "delta"]
    source.text("two")
    source.end()
    frames = await socket.hear_until("end")
    assert "".join(frame["text"] for frame in frames[:-1]) == "two"
    assert frames[-1]["status"] == "complete", "replacing is not leaving"
    assert await socket.hears_nothing()


async def test_unfollow_sends_nothing_more_and_leaves(upstream: FedUpstream, socket: SocketClient) -> None:
    source = upstream.script("Hello", finish_reason=None)
    reply = (await socket.ask())["reply"]
    await socket.hear_text(5)
    await socket.say(type="unfollow", ref=3, reply=reply.upper())
    assert await socket.hear() == {"type": "ack", "ref": 3}
    await source.closed.wait()
    assert await socket.hears_nothing()


async def test_unfollowing_what_is_not_followed_is_no_error(socket: SocketClient) -> None:
    await socket.say(type="unfollow", ref=3, reply="nothing")
    assert await socket.hear() == {"type": "ack", "ref": 3}


async def test_stop_is_answered_with_the_saved_message(upstream: FedUpstream, socket: SocketClient) -> None:
    source = upstream.script("Hello", finish_reason=None)
    reply = (await socket.ask())["reply"]
    await socket.hear_text(5)
    await socket.say(type="stop", ref="halt", reply=reply)
    frames = [await socket.hear(), await socket.hear()]
    ack = next(frame for frame in frames if frame["type"] == "ack")
    end = next(frame for frame in frames if frame["type"] == "end")
    assert source.closed.is_set()
    assert ack["ref"] == "halt"
    assert (ack["message"]["status"], ack["message"]["content"]) == ("stopped", "Hello")
    assert end["status"] == "stopped"


async def test_a_stop_that_waits_holds_nothing_up(upstream: FedUpstream, socket: SocketClient) -> None:
    upstream.script("Hello", finish_reason=None)
    reply = (await socket.ask())["reply"]
    await socket.hear_text(5)
    for number in range(3):
        await socket.say(type="stop", ref=number, reply=reply)
    await socket.say(type="ping")
    kinds = [(await socket.hear())["type"] for _ in range(5)]
    assert sorted(kinds) == ["ack", "ack", "ack", "end", "pong"]


async def test_regenerate_makes_a_sibling(upstream: FedUpstream, socket: SocketClient) -> None:
    upstream.script("one")
    first = await socket.ask()
    await socket.hear_until("end")
    upstream.script("other")
    await socket.say(type="regenerate", ref=5, message=first["reply"], model="large")
    frames = await socket.hear_until("end")
    assert frames[0]["ref"] == 5
    assert frames[0]["request"] == first["request"]
    assert frames[0]["reply"] != first["reply"]
    assert frames[0]["model"] == "large"


async def test_continue_goes_on_from_the_old_length(upstream: FedUpstream, socket: SocketClient) -> None:
    upstream.script("Hello", finish_reason="length")
    first = await socket.ask()
    await socket.hear_until("end")
    upstream.script(", world")
    await socket.say(type="continue", ref=6, message=first["reply"])
    frames = await socket.hear_until("end")
    assert (frames[0]["type"], frames[0]["ref"], frames[0]["reply"]) == ("start", 6, first["reply"])
    assert (frames[1]["offset"], frames[1]["text"]) == (5, ", world")
    assert frames[-1]["length"] == 12


async def test_several_replies_share_the_socket(upstream: FedUpstream, socket: SocketClient) -> None:
    one, two = upstream.script(finish_reason=None), upstream.script(finish_reason=None)
    first, second = await socket.ask("1?"), await socket.ask("2?")
    two.text("zwei")
    delta = await socket.hear()
    assert (delta["reply"], delta["text"]) == (second["reply"], "zwei")
    one.text("eins")
    delta = await socket.hear()
    assert (delta["reply"], delta["text"]) == (first["reply"], "eins")


async def test_blocks_come_where_they_are_asked_for(upstream: FedUpstream, socket: SocketClient) -> None:
    upstream.script("# Title\n\nText")
    await socket.say(type="send", content="Hi", render="html")
    frames = await socket.hear_until("end")
    blocks = [frame for frame in frames if frame["type"] == "block"]
    assert [block["index"] for block in blocks] == [0, 1]
    assert "<h1" in blocks[0]["html"]


async def test_not_streamed_the_message_is_the_answer(upstream: FedUpstream, socket: SocketClient) -> None:
    upstream.script("Hello")
    await socket.say(type="send", ref=8, content="Hi", stream=False)
    ack = await socket.hear()
    assert (ack["type"], ack["ref"], ack["message"]["content"]) == ("ack", 8, "Hello")


async def test_in_the_background_the_ids_are_the_answer(upstream: FedUpstream, socket: SocketClient) -> None:
    source = upstream.script("Hello", finish_reason=None)
    await socket.say(type="send", ref=9, content="Hi", background=True)
    ack = await socket.hear()
    assert set(ack) == {"type", "ref", "conversation", "request", "reply", "stream_url"}
    await socket.say(type="follow", reply=ack["reply"])
    source.end()
    assert (await socket.hear_until("end"))[-1]["status"] == "complete"


async def test_a_key_sent_again_over_another_socket_joins_the_first_reply(
    upstream: FedUpstream, open_socket: OpenSocket
) -> None:
    source = upstream.script("Hello", finish_reason=None)
    asked = {"type": "send", "ref": 1, "content": "Hi", "idempotency_key": "once"}
    first, second = await open_socket(), await open_socket()
    await first.say(**asked)
    reply = (await first.hear_until("delta"))[0]["reply"]
    await second.say(**asked)
    again = (await second.hear_until("delta"))[0]
    assert (again["type"], again["ref"], again["reply"]) == ("start", 1, reply)
    await second.say(**asked | {"content": "Something else"})
    assert (await second.hear_until("error"))[-1]["error"]["code"] == "idempotency_key_reused"
    source.end()
    assert (await second.hear_until("end"))[-1]["length"] == 5
    assert len(upstream.calls) == 1


@pytest.mark.parametrize("kind", ["regenerate", "continue"])
async def test_a_key_makes_one_of_two_such_frames(
    upstream: FedUpstream, socket: SocketClient, kind: str
) -> None:
    upstream.script("Hel", finish_reason="length")
    message = (await socket.ask())["reply"]
    await socket.hear_until("end")
    upstream.script("lo")
    frames = []
    for _ in range(2):
        await socket.say(type=kind, message=message, idempotency_key="once")
        frames.append((await socket.hear_until("end"))[0])
    assert frames[0]["reply"] == frames[1]["reply"]
    assert len(upstream.calls) == 2


async def test_a_failure_of_the_upstream_is_an_end(upstream: FedUpstream, socket: SocketClient) -> None:
    source = upstream.script(finish_reason=None)
    source.fail(UpstreamError("The model's provider failed."))
    await socket.ask()
    end = await socket.hear()
    assert (end["type"], end["status"], end["error"]["code"]) == ("end", "failed", "upstream_failed")


async def test_many_asked_at_once_all_arrive_whole(upstream: FedUpstream, socket: SocketClient) -> None:
    for number in range(10):
        upstream.script(*(f"{number}" for _ in range(50)))
    for _ in range(10):
        await socket.say(type="send", content="Hi")
    texts: dict[str, str] = {}
    ended = 0
    while ended < 10:
        async with asyncio.timeout(5):
            frame = await socket.hear()
        if frame["type"] == "delta":
            text = texts.get(frame["reply"], "")
            assert frame["offset"] == len(text)
            texts[frame["reply"]] = text + frame["text"]
        ended += frame["type"] == "end"
    assert sorted(texts.values()) == [f"{number}" * 50 for number in range(10)]
