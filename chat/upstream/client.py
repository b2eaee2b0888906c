"""A connection's `AsyncOpenAI` client: built once when it is first needed, closed after its last call.

openai is never imported before that: it takes 0.7 s and 37 MiB. One client belongs to one event loop.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from chat.upstream import errors
from chat.upstream.connections import ENVIRONMENT, ConnectionSettings

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

PATIENCE_SECONDS = 5.0
"""The SDK sleeps before a retry as `Retry-After` says, up to 2 minutes. Beyond this the user is told."""


class Client:
    """Closed only when nobody uses it any more: a changed connection lets running calls end in peace."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self._settings = settings
        self._building: asyncio.Task[AsyncOpenAI] | None = None
        self._calls = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @asynccontextmanager
    async def in_use(self) -> "AsyncIterator[AsyncOpenAI]":
        """The SDK's client, for one call."""
        self._calls += 1
        self._idle.clear()
        try:
            if self._building is None:
                self._building = asyncio.create_task(asyncio.to_thread(build, self._settings))
            yield await asyncio.shield(self._building)
        finally:
            self._calls -= 1
            if self._calls == 0:
                self._idle.set()

    async def unused(self) -> None:
        """Wait until no call uses it."""
        await self._idle.wait()

    async def close(self) -> None:
        """Close it with whatever still runs in it."""
        if self._building is not None:
            await asyncio.wait({self._building})
            if self._building.exception() is None:
                await self._building.result().close()


def build(settings: ConnectionSettings) -> "AsyncOpenAI":
    """The SDK's client for a connection. Blocks: call it in a thread."""
    import httpx2
    import openai

    # No read time-out here: the SDK would try again after one, and a server that is loading a model
    # would be asked to load it three times. `stream` and `catalogue` keep the time themselves.
    timeout = httpx2.Timeout(connect=settings.connect_timeout, read=None, write=None, pool=None)
    hooks: dict[str, list[Any]] = {"response": [_decline_long_waits]}
    http_client: httpx2.AsyncClient
    if settings.transport == "demo":
        from chat.upstream.demo import DemoTransport

        http_client = httpx2.AsyncClient(transport=DemoTransport(), timeout=timeout, event_hooks=hooks)
    else:
        # A key is for one address: a redirect to another is an error that the administrator must see.
        http_client = openai.DefaultAioHttpClient(timeout=timeout, event_hooks=hooks, follow_redirects=False)
    headers: dict[str, str | openai.Omit] = {"Accept-Encoding": "identity"}
    if settings.name != ENVIRONMENT:
        # The SDK would add these from the environment, which is about another account.
        headers |= {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
    return openai.AsyncOpenAI(
        api_key=settings.api_key or "none",  # The SDK insists on one; who wants none ignores it.
        base_url=settings.base_url,
        default_headers=cast("dict[str, str]", headers | dict(settings.headers)),
        http_client=http_client,
        max_retries=settings.max_retries,
    )


async def _decline_long_waits(response: "httpx2.Response") -> None:
    wait = errors.retry_after(response.headers)
    if wait is not None and wait > PATIENCE_SECONDS:
        response.headers["x-should-retry"] = "false"
