"""The WebSocket's own promises: frames, refs, acks, many replies on one socket, and how it closes."""

import asyncio
import json

import aiohttp
import pytest
from process.harness.browser_session import BrowserSession
from process.harness.calls import Api
from process.harness.processes import Server
from process.harness.reading import Reading
from process.harness.scripts import ProviderLog, question, words
from process.harness.sockets import Frame, Socket

pytestmark = pytest.mark.process

STALLED = {"tokens": 9, "fail": "stall", "after": 2}


async def close_code(api: Api, subprotocols: tuple[str, ...] = ("chat.v1",)) -> int | None:
    """With what code a refused socket closes: it is accepted first, so that a browser sees it."""
    async with Socket.open(api.url, api.headers, subprotocols) as socket:
        return await socket.closed()


async def test_a_send_is_answered_by_start_with_its_ref(alice: Api) -> None:
    async with Socket.open(alice.url, alice.headers) as socket:
        await socket.send({"type": "send", "ref": "mine", "content": question(tokens=2)})
        start = await socket.next_of("start", "error")
        assert (start["type"], start["ref"]) == ("start", "mine")
        end = await socket.next_of("end")
        assert "ref" not in end


async def test_any_number_of_replies_share_one_socket(alice: Api) -> None:
    readings: dict[str, Reading] = {}
    async with Socket.open(alice.url, alice.headers) as socket:
        for _ in range(6):
            await socket.send({"type": "send", "content": question(tokens=20, delay=0.01)})
        while len(readings) < 6 or not all(reading.ended for reading in readings.values()):
            event = await socket.next_of("start", "delta", "end")
            readings.setdefault(event["reply"], Reading()).take(event)
    assert {reading.text for reading in readings.values()} == {words(20)}


async def test_follow_is_acknowledged_before_its_events(alice: Api) -> None:
    asked = await alice.ask_behind(question(tokens=10, delay=0.02))
    async with Socket.open(alice.url, alice.headers) as socket:
        await socket.send({"type": "follow", "reply": asked["reply"], "ref": 7})
        first = await socket.next_of("ack", "start", "delta")  # another conversation's title may come first
        assert (first["type"], first["ref"]) == ("ack", 7)
        assert (await socket.next_of("start", "delta"))["type"] == "start"
        assert (await socket.next_of("end"))["status"] == "complete"


async def test_a_second_follow_replaces_the_first(alice: Api) -> None:
    asked = await alice.ask_behind(question(tokens=40, delay=0.02))
    async with Socket.open(alice.url, alice.headers) as socket:
        await socket.answer({"type": "follow", "reply": asked["reply"]})
        await socket.next_of("delta")
        await socket.answer({"type": "follow", "reply": asked["reply"]})
        reading = Reading()
        ends = 0
        while not ends:
            event = await socket.next_of("start", "delta", "end")
            ends += event["type"] == "end"
            reading.take(event)
        await socket.send({"type": "ping"})
        assert (await socket.next_of("pong", "end", "delta"))["type"] == "pong"
    assert (reading.text, reading.overlaps) == (words(40), 0)


async def test_unfollow_is_leaving(alice: Api, log: ProviderLog) -> None:
    content = question(**STALLED)
    async with Socket.open(alice.url, alice.headers) as socket:
        start = await socket.answer({"type": "send", "content": content})
        await socket.next_of("delta")
        ack = await socket.answer({"type": "unfollow", "reply": start["reply"]})
        assert ack["type"] == "ack"
        message = await alice.settled(start["reply"])
        await socket.send({"type": "ping"})
        assert (await socket.next_of("pong", "end"))["type"] == "pong"
    assert message["status"] == "interrupted"
    await log.closed(content)


async def test_one_of_two_sockets_that_leaves_aborts_nothing(alice: Api) -> None:
    async with Socket.open(alice.url, alice.headers) as one, Socket.open(alice.url, alice.headers) as two:
        start = await one.answer({"type": "send", "content": question(tokens=40, delay=0.02)})
        await two.answer({"type": "follow", "reply": start["reply"]})
        await two.next_of("delta")
        one.cut()
        assert (await two.next_of("end"))["status"] == "complete"


async def test_stop_is_acknowledged_with_the_message(alice: Api) -> None:
    async with Socket.open(alice.url, alice.headers) as socket:
        start = await socket.answer({"type": "send", "content": question(**STALLED)})
        await socket.next_of("delta")
        ack = await socket.answer({"type": "stop", "reply": start["reply"]})
        assert (ack["type"], ack["message"]["status"]) == ("ack", "stopped")
        assert ack["message"] == await alice.message(start["reply"])
        again = await socket.answer({"type": "stop", "reply": start["reply"]})
        assert again["message"] == ack["message"]


async def test_ping_is_answered_by_pong(alice: Api) -> None:
    async with Socket.open(alice.url, alice.headers) as socket:
        await socket.send({"type": "ping", "ref": "p"})
        assert (await socket.event() or {})["type"] == "pong"


@pytest.mark.parametrize(
    ("frame", "param"),
    [
        ({"type": "send"}, "content"),
        ({"type": "send", "content": ""}, "content"),
        ({"type": "send", "content": "x", "surprise": 1}, "surprise"),
        ({"type": "send", "content": "x", "model": "none"}, "model"),
        ({"type": "send", "content": "x", "render": "pdf"}, "render"),
        ({"type": "follow"}, "reply"),
        ({"type": "follow", "reply": 5}, "reply"),
        ({"type": "follow", "reply": "x", "extra": 1}, "extra"),
        ({"type": "stop"}, "reply"),
        ({"type": "regenerate"}, "message"),
        ({"type": "nonsense"}, "type"),
        ({}, "type"),
    ],
)
async def test_a_wrong_frame_is_an_error_and_closes_nothing(alice: Api, frame: Frame, param: str) -> None:
    async with Socket.open(alice.url, alice.headers) as socket:
        answer = await socket.answer(frame)
        assert answer["type"] == "error"
        assert (answer["error"]["type"], answer["error"]["param"]) == ("invalid_request_error", param)
        assert set(answer["error"]) == {"type", "code", "message", "param"}
        await socket.admitted()


@pytest.mark.parametrize(
    "text", ["", "nonsense", "[]", "null", '{"type": "send", "content": "\\ud800"}', "{"]
)
async def test_a_frame_that_is_no_object_is_an_error_and_closes_nothing(alice: Api, text: str) -> None:
    async with Socket.open(alice.url, alice.headers) as socket:
        await socket.connection.send(text)
        assert (await socket.next_of("error"))["error"]["type"] == "invalid_request_error"
        await socket.admitted()


async def test_a_binary_frame_is_an_error_or_the_end_of_the_socket(alice: Api, server: Server) -> None:
    async with Socket.open(alice.url, alice.headers) as socket:
        await socket.connection.send(b"\x00\xff")
        frame = await socket.event()
        assert frame is None or frame["type"] == "error"
    assert "Traceback" not in server.log()


async def test_what_is_another_s_is_not_found_on_a_socket(alice: Api, bob: Api) -> None:
    asked = await bob.ask_behind(question(tokens=1))
    async with Socket.open(alice.url, alice.headers) as socket:
        for frame in (
            {"type": "follow", "reply": asked["reply"]},
            {"type": "stop", "reply": asked["reply"]},
            {"type": "regenerate", "message": asked["reply"]},
            {"type": "continue", "message": asked["reply"]},
            {"type": "send", "content": "x", "conversation": asked["conversation"]},
        ):
            answer = await socket.answer(frame)
            assert (answer["type"], answer["error"]["code"]) == ("error", "not_found"), frame


async def test_asking_in_the_background_on_a_socket_is_acknowledged(alice: Api) -> None:
    async with Socket.open(alice.url, alice.headers) as socket:
        answer = await socket.answer({"type": "send", "content": question(tokens=2), "background": True})
        assert answer["type"] in ("ack", "start")


async def test_the_server_answers_with_its_subprotocol(alice: Api, nobody: Api) -> None:
    key = alice.headers["Authorization"].removeprefix("Bearer ")
    async with Socket.open(nobody.url, {}, ("chat.v1", f"bearer.{key}")) as socket:
        assert socket.connection.subprotocol == "chat.v1"
        await socket.admitted()


async def test_a_key_as_subprotocol_is_not_in_the_log(alice: Api, nobody: Api, server: Server) -> None:
    key = alice.headers["Authorization"].removeprefix("Bearer ")
    async with Socket.open(nobody.url, {}, ("chat.v1", f"bearer.{key}")):
        pass
    assert key not in server.log()


async def test_a_socket_needs_no_subprotocol_with_a_header(alice: Api) -> None:
    async with Socket.open(alice.url, alice.headers, ()) as socket:
        await socket.admitted()


async def test_without_good_credentials_a_socket_closes_with_4401(nobody: Api) -> None:
    assert await close_code(nobody) == 4401
    assert await close_code(nobody.sending(Authorization="Bearer wrong")) == 4401
    assert await close_code(nobody, ("chat.v1", "bearer.wrong")) == 4401


async def test_from_another_origin_a_socket_closes_with_4403(alice: Api, nobody: Api) -> None:
    key = alice.headers["Authorization"].removeprefix("Bearer ")
    subprotocols = ("chat.v1", f"bearer.{key}")
    assert await close_code(nobody.sending(Origin="https://evil.example"), subprotocols) == 4403
    for origin in ("https://app.example", nobody.url):
        async with Socket.open(nobody.url, {"Origin": origin}, subprotocols) as socket:
            await socket.admitted()


async def test_a_session_opens_a_socket_from_the_same_origin_only(nobody: Api) -> None:
    browser = BrowserSession(nobody)
    await browser.sign_in("alice")
    async with Socket.open(nobody.url, {"Cookie": browser.cookie, "Origin": nobody.url}) as socket:
        start = await socket.answer({"type": "send", "content": question(tokens=1)})
        assert start["type"] == "start"
    for headers in ({"Origin": "https://app.example"}, {"Origin": "null"}):
        assert await close_code(nobody.sending(Cookie=browser.cookie, **headers)) == 4403


async def test_a_frame_that_is_too_large_closes_with_1009(alice: Api) -> None:
    async with Socket.open(alice.url, alice.headers) as socket:
        await socket.connection.send(json.dumps({"type": "send", "content": "x" * (1024 * 1024)}))
        assert await socket.closed() == 1009


async def test_another_address_is_refused_without_a_traceback(
    http: aiohttp.ClientSession, alice: Api, server: Server
) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await http.ws_connect(f"{alice.url}/ws/nothing/", headers=alice.headers)
    assert "Traceback" not in server.log()


async def test_a_title_comes_on_the_socket_also_after_the_end(alice: Api) -> None:
    async with Socket.open(alice.url, alice.headers) as socket:
        content = question(tokens=1, title="Late", title_delay=0.4)
        start = await socket.answer({"type": "send", "content": content})
        seen: list[Frame] = []
        async with asyncio.timeout(10):
            while {"title", "end"} - {frame["type"] for frame in seen}:
                seen.append(await socket.next_of("title", "end"))
        title = next(frame for frame in seen if frame["type"] == "title")
        assert (title["title"], title["conversation"]) == ("Late", start["conversation"])
