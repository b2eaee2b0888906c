"""Our clients, and answers that no test can make a real server give: each wait, refusal and loss."""

import time
from collections.abc import Mapping
from typing import Any

import pytest
from aiohttp import web
from process.harness.answers import Held, answering, block, refusing, stream
from process.harness.client_drivers import Driver

pytestmark = pytest.mark.process

START = block({"type": "start", "conversation": "c", "request": "q", "reply": "r", "model": "m"}, "0")


def delta(offset: int, text: str) -> str:
    return block({"type": "delta", "reply": "r", "offset": offset, "text": text}, str(offset + len(text)))


def end(length: int, status: str = "complete") -> str:
    rest = {"finish_reason": "stop", "usage": None, "error": None}
    return block({"type": "end", "reply": "r", "status": status, "length": length, **rest}, "end")


WHOLE = stream("retry: 2000\n\n", START, delta(0, "whole"), end(5))


@pytest.fixture(params=["js", "python"])
def driver(request: pytest.FixtureRequest, drivers: Mapping[str, Driver]) -> Driver:
    return drivers[request.param]


async def told_at(driver: Driver, url: str, **options: Any) -> list[dict[str, Any]]:
    number = driver.number()
    given = {"options": {"url": url, "key": "k", **options}, "verb": "ask", "given": ["Hi"], "known": {}}
    await driver.say("begin", number, **given)
    told: list[dict[str, Any]] = await driver.all_until(number, "closed")
    return told


@pytest.mark.parametrize("status", [429, 503])
async def test_a_server_that_says_when_is_asked_then_and_with_the_same_key(
    driver: Driver, status: int
) -> None:
    async with answering(refusing(status, "Later, please.", Retry_After="2"), WHOLE) as server:
        since = time.monotonic()
        told = await told_at(driver, server.url)
    assert time.monotonic() - since >= 2
    error = told[0]["error"]
    assert (error["message"], error["status"], error["passing"]) == ("Later, please.", status, True)
    assert told[-1] == {"closed": {"status": "complete", "text": "whole", "id": "r"}}
    keys = {headers["Idempotency-Key"] for _method, _path, headers in server.asked}
    assert (len(server.asked), len(keys)) == (2, 1)


async def test_a_wait_that_is_longer_than_the_clients_patience_is_told_at_once(driver: Driver) -> None:
    async with answering(refusing(429, "In an hour.", Retry_After="3600")) as server:
        told = await told_at(driver, server.url)
        assert len(server.asked) == 1
    assert [next(iter(each)) for each in told] == ["error", "closed"]
    assert told[0]["error"]["message"] == "In an hour."


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413])
async def test_a_refusal_for_good_is_one(driver: Driver, status: int) -> None:
    async with answering(refusing(status, "No.")) as server:
        told = await told_at(driver, server.url)
        assert len(server.asked) == 1
    assert told[0]["error"]["message"] == "No."
    assert told[-1]["closed"]["status"] == "refused"


async def test_a_lost_reply_is_resumed_by_its_last_position(driver: Driver) -> None:
    async with answering(stream(START, delta(0, "who")), stream(delta(3, "le"), end(5))) as server:
        told = await told_at(driver, server.url)
    [_ask, (method, path, headers)] = server.asked
    assert (method, path, headers["Last-Event-ID"]) == ("GET", "/api/v1/messages/r/stream", "3")
    assert [each["delta"] for each in told if "delta" in each] == [
        {"offset": 0, "text": "who"},
        {"offset": 3, "text": "le"},
    ]


async def test_what_came_without_a_position_and_comes_again_is_told_once(driver: Driver) -> None:
    unnamed = block({"type": "delta", "reply": "r", "offset": 1, "text": "😀b"})
    again = stream(delta(1, "😀bc"), end(4))
    async with answering(stream(START, delta(0, "a"), unnamed), again) as server:
        told = await told_at(driver, server.url)
    assert [each["delta"] for each in told if "delta" in each] == [
        {"offset": 0, "text": "a"},
        {"offset": 1, "text": "😀b"},
        {"offset": 3, "text": "c"},
    ]


async def test_a_tail_that_was_lost_is_cut_off_and_told(driver: Driver) -> None:
    anew = stream(START, delta(0, "sa😀"), end(3, "interrupted"))
    async with answering(stream(START, delta(0, "sa😀fe?")), anew) as server:
        told = await told_at(driver, server.url)
    assert [each["delta"] for each in told if "delta" in each][-1] == {"offset": 3, "text": ""}
    assert told[-1] == {"closed": {"status": "interrupted", "text": "sa😀", "id": "r"}}


async def test_a_text_that_comes_anew_and_otherwise_replaces_what_was_there(driver: Driver) -> None:
    anew = stream(START, delta(0, "other"), end(5))
    async with answering(stream(START, delta(0, "one tail")), anew) as server:
        told = await told_at(driver, server.url)
    assert [each["delta"] for each in told if "delta" in each][-1] == {"offset": 0, "text": "other"}
    assert told[-1]["closed"]["text"] == "other"


@pytest.mark.parametrize("behind", [(), (delta(3, "d"), end(5))], ids=["alone", "with all that follows"])
async def test_a_gap_is_filled_from_the_beginning(driver: Driver, behind: tuple[str, ...]) -> None:
    async with answering(stream(START, delta(0, "a"), delta(2, "c"), *behind), WHOLE) as server:
        told = await told_at(driver, server.url)
    assert told[-1] == {"closed": {"status": "complete", "text": "whole", "id": "r"}}
    [_ask, (method, path, headers)] = server.asked
    assert (method, path) == ("GET", "/api/v1/messages/r/stream")
    assert "Last-Event-ID" not in headers


async def test_the_very_end_is_looked_up_where_it_was_not_told(driver: Driver) -> None:
    saved = {"id": "r", "status": "complete", "finish_reason": "stop", "content": "whole", "usage": None}
    message = web.json_response({**saved, "error": None})
    answers = (stream(START, delta(0, "whole")), web.Response(status=204), message)
    async with answering(*answers) as server:
        told = await told_at(driver, server.url)
        assert server.asked[-1][1] == "/api/v1/messages/r"
    assert told[-1] == {"closed": {"status": "complete", "text": "whole", "id": "r"}}


async def test_a_server_that_goes_and_says_only_when_to_come_back_is_come_back_to(driver: Driver) -> None:
    async with answering(stream("retry: 2000\n\n"), WHOLE) as server:
        told = await told_at(driver, server.url)
    assert [each for each in told if "open" in each] == [{"open": True}]
    assert told[-1]["closed"]["status"] == "complete"


async def test_a_page_in_place_of_a_stream_says_that_this_is_not_the_server(driver: Driver) -> None:
    page = web.Response(text="<h1>Sign in</h1>", headers={"Content-Type": "text/html"})
    async with answering(page) as server:
        told = await told_at(driver, server.url)
    assert "Is this the chat server's address?" in told[0]["error"]["message"]
    assert told[-1]["closed"]["status"] == "refused"


async def test_a_connection_that_is_silent_for_too_long_is_given_up_and_resumed(driver: Driver) -> None:
    async with answering(Held(START + delta(0, "who")), stream(delta(3, "le"), end(5))) as server:
        told = await told_at(driver, server.url, silence=0.5)
    [error] = [each["error"] for each in told if "error" in each]
    assert error["message"] == "The server was silent for too long."
    assert told[-1]["closed"] == {"status": "complete", "text": "whole", "id": "r"}
    assert server.asked[1][2]["Last-Event-ID"] == "3"
