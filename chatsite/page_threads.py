"""Threads that make pages, one after the other.

Django gives each page a thread of its own, and so a connection to the database of its own, whose process at
PostgreSQL begins with no table known and nothing planned: a third of what a page takes there
(benchmarks/chat_pages.py). Here a few threads stay, and with them their connections (`CONN_MAX_AGE`).
"""

import asyncio
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from typing import Final

from asgiref.sync import ThreadSensitiveContext
from django.db import close_old_connections, connections

from chatsite.asgi_types import App, Receive, Scope, Send

KEPT: Final = 4
"""Threads that wait for the next page. More are made while more pages are, and end with them."""


class PageThreads:
    """For the handler of the pages: it runs each in a thread that nobody else uses meanwhile."""

    def __init__(self, app: App, kept: int = KEPT) -> None:
        self.app = app
        self._kept = kept
        self._idle: list[Executor] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        thread = (
            self._idle.pop() if self._idle else ThreadPoolExecutor(max_workers=1, thread_name_prefix="page")
        )
        async with AsyncExitStack() as borrowed:
            borrowed.callback(self._once_free, thread, asyncio.get_running_loop())
            await borrowed.enter_async_context(ThreadSensitiveContext(executor=thread))
            try:
                await self.app(scope, receive, send)
            except asyncio.CancelledError:
                # By the server. Django's own task of the page goes on to its end: the thread is its alone.
                borrowed.pop_all()
                raise

    def _once_free(self, thread: Executor, loop: asyncio.AbstractEventLoop) -> None:
        """It is given to nobody before all is done that was begun in it, as for a client that went."""

        def tell(_: object) -> None:
            with suppress(RuntimeError):  # the loop is closed, and the process ends
                loop.call_soon_threadsafe(self._rest, thread)

        thread.submit(close_old_connections).add_done_callback(tell)

    def _rest(self, thread: Executor) -> None:
        if len(self._idle) < self._kept:
            self._idle.append(thread)
        else:
            thread.submit(connections.close_all)
            thread.shutdown(wait=False)
