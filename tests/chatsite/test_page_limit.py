"""So many pages at once: the others wait their turn, for a while, and hold no place when they have gone."""

import asyncio
import json

import pytest
from fakes.asgi_calls import Call, http_scope
from pytest_django import Settings

from chatsite.asgi_types import Receive, Scope, Send
from chatsite.page_limit import PageLimit

LONG = 60.0


class Pages:
    """A handler that answers with the body it was sent, when told to go on."""

    def __init__(self) -> None:
        self.open = self.begun = 0
        self.go_on = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.open += 1
        self.begun += 1
        try:
            body = (await receive())["body"]
            await self.go_on.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": body})
        finally:
            self.open -= 1


@pytest.fixture
async def pages() -> Pages:
    return Pages()


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_no_more_than_the_places_are_made_at_once_and_all_in_the_end(pages: Pages) -> None:
    limit = PageLimit(pages, places=2, patience=LONG)
    calls = [Call(limit, http_scope(), b"a", b"b") for _ in range(5)]
    await settled()
    assert pages.open == 2
    pages.go_on.set()
    assert [(await call.done()).body for call in calls] == [b"ab"] * 5


async def test_who_waits_too_long_is_told_to_come_back(pages: Pages) -> None:
    limit = PageLimit(pages, places=1, patience=0)
    first = Call(limit, http_scope())
    await settled()
    late = await Call(limit, http_scope()).done()
    assert late.status == 503
    assert late.headers["retry-after"] == "5"
    assert json.loads(late.body)["error"]["code"] == "unavailable"
    pages.go_on.set()
    assert (await first.done()).status == 200
    assert (await Call(limit, http_scope()).done()).status == 200


async def test_a_page_may_take_longer_than_the_wait_for_a_place(pages: Pages) -> None:
    call = Call(PageLimit(pages, patience=0.001), http_scope())
    await asyncio.sleep(0.01)
    pages.go_on.set()
    assert (await call.done()).status == 200


async def test_a_client_that_goes_while_waiting_holds_no_place(pages: Pages) -> None:
    limit = PageLimit(pages, places=1, patience=LONG)
    first, gone, last = (Call(limit, http_scope()) for _ in range(3))
    await settled()
    gone.leave()
    await settled()
    pages.go_on.set()
    for call in (first, gone, last):
        await call.done()
    assert (first.status, gone.sent, last.status) == (200, [], 200)
    assert pages.begun == 2


async def test_a_waiting_request_that_the_server_cancels_holds_no_place(pages: Pages) -> None:
    limit = PageLimit(pages, places=1, patience=LONG)
    first, cancelled, last = (Call(limit, http_scope()) for _ in range(3))
    await settled()
    cancelled.task.cancel()
    pages.go_on.set()
    assert (await first.done()).status == (await last.done()).status == 200


async def test_a_body_that_comes_slowly_holds_no_place(pages: Pages) -> None:
    limit = PageLimit(pages, places=1, patience=LONG)
    slow = Call(limit, http_scope(method="POST"), b"a", b"b")
    slow._queue.get_nowait()
    slow._queue.get_nowait()
    pages.go_on.set()
    assert (await Call(limit, http_scope()).done()).status == 200
    slow.leave()
    assert (await slow.done()).sent == []


async def test_a_body_over_the_limit_is_413_and_takes_no_place(pages: Pages, settings: Settings) -> None:
    settings.CHAT_MAX_BODY_BYTES = 3
    call = await Call(PageLimit(pages), http_scope(method="POST"), b"ab", b"cd").done()
    assert call.status == 413
    assert pages.begun == 0


async def test_the_page_hears_that_its_client_goes_and_nothing_is_left_behind() -> None:
    heard: list[str] = []

    async def listening(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        heard.append((await receive())["type"])

    before = asyncio.all_tasks()
    call = Call(PageLimit(listening), http_scope())
    await settled()
    call.leave()
    await call.done()
    await settled()
    assert heard == ["http.disconnect"]
    assert asyncio.all_tasks() == before


async def test_an_error_of_the_page_is_its_own() -> None:
    async def timing_out(scope: Scope, receive: Receive, send: Send) -> None:
        raise TimeoutError("a database, say")

    call = Call(PageLimit(timing_out), http_scope())
    with pytest.raises(TimeoutError, match="a database"):
        await call.done()
    assert call.sent == []


async def test_a_server_that_ends_is_no_client_that_goes() -> None:
    listening: list[asyncio.Task[object]] = []

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        listening.append(asyncio.ensure_future(receive()))
        await asyncio.wait(listening)

    call = Call(PageLimit(page), http_scope())
    await settled()
    call.task.cancel()
    await settled()
    assert call.task.cancelled()
    assert listening[0].cancelled()
