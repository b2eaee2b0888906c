"""Pages are made by a few threads that stay, each by one of them that makes no other meanwhile."""

import asyncio
import threading

import pytest
from asgiref.sync import sync_to_async
from fakes.asgi_calls import Call, http_scope

from chatsite.asgi_types import Receive, Scope, Send
from chatsite.page_threads import PageThreads


class Pages:
    """A handler whose pages stand in their threads until they may go on."""

    def __init__(self) -> None:
        self.at_work: list[int] = []
        self.made_by: list[int] = []
        self.go_on = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await sync_to_async(self._make)()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def _make(self) -> None:
        thread = threading.get_ident()
        assert thread not in self.at_work
        self.at_work.append(thread)
        assert self.go_on.wait(10)
        self.at_work.remove(thread)
        self.made_by.append(thread)

    async def until_at_work(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.at_work) != count:
                await asyncio.sleep(0.001)


@pytest.fixture
def pages() -> Pages:
    return Pages()


async def settled() -> None:
    await asyncio.sleep(0.05)


async def test_one_page_after_the_other_is_made_by_one_thread(pages: Pages) -> None:
    threads = PageThreads(pages)
    pages.go_on.set()
    for _ in range(5):
        await Call(threads, http_scope()).done()
        await settled()
    assert len(set(pages.made_by)) == 1


async def test_pages_at_once_have_a_thread_each_and_few_of_them_stay(pages: Pages) -> None:
    before = threading.active_count()
    threads = PageThreads(pages, kept=2)
    calls = [Call(threads, http_scope()) for _ in range(6)]
    await pages.until_at_work(6)
    pages.go_on.set()
    for call in calls:
        await call.done()
    assert len(set(pages.made_by)) == 6
    async with asyncio.timeout(10):
        while threading.active_count() > before + 2:
            await asyncio.sleep(0.001)


async def test_a_page_that_goes_on_without_its_server_keeps_its_thread(pages: Pages) -> None:
    """As Django's does, whose task is not the one that the server cancels."""
    made: list[asyncio.Task[None]] = []

    async def in_two_steps() -> None:
        await sync_to_async(pages._make)()
        await sync_to_async(pages._make)()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        made.append(asyncio.create_task(in_two_steps()))
        await asyncio.wait(made)

    call = Call(PageThreads(app), http_scope())
    await pages.until_at_work(1)
    call.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call.task
    pages.go_on.set()
    await made[0]
    assert len(set(pages.made_by)) == 1
    assert len(pages.made_by) == 2


async def test_a_thread_whose_client_went_makes_nothing_else_until_it_is_free(pages: Pages) -> None:
    threads = PageThreads(pages)
    gone = Call(threads, http_scope())
    await pages.until_at_work(1)
    gone.task.cancel()
    other = Call(threads, http_scope())
    await pages.until_at_work(2)
    pages.go_on.set()
    await other.done()
    with pytest.raises(asyncio.CancelledError):
        await gone.task
