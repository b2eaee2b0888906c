"""What a connection's provider is asked over: built once when it is first needed, closed after its last call.

openai is never imported before that: it takes 0.7 s and 37 MiB. One client belongs to one event loop.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from chat.upstream.calls import Calls, HttpCalls, SdkCalls
from chat.upstream.connections import ENVIRONMENT, ConnectionSettings

if TYPE_CHECKING:
    from openai import AsyncOpenAI


@dataclass(frozen=True, slots=True)
class Line:
    """The SDK's client; and for calls that are streamed the way that its address and headers go."""

    sdk: "AsyncOpenAI"
    calls: Calls

    async def close(self) -> None:
        await self.calls.aclose()
        await self.sdk.close()


class Client:
    """Closed only when nobody uses it any more: a changed connection lets running calls end in peace."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self._settings = settings
        self._building: asyncio.Task[Line] | None = None
        self._calls = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @asynccontextmanager
    async def in_use(self) -> AsyncIterator[Line]:
        """For one call."""
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


def build(settings: ConnectionSettings) -> Line:
    """What leads to a connection's provider. Blocks: call it in a thread."""
    import httpx2
    import openai

    # No read time-out, as `calls` has none: a server that is loading a model would be asked to load it again.
    # `stream` and `listing` keep the time themselves.
    timeout = httpx2.Timeout(connect=settings.connect_timeout, read=None, write=None, pool=None)
    http: httpx2.AsyncClient
    if settings.transport == "demo":
        from chat.upstream.demo import DemoTransport

        http = httpx2.AsyncClient(transport=DemoTransport(), timeout=timeout)
    else:
        # A key is for one address: a redirect to another is an error that the administrator must see.
        http = openai.DefaultAioHttpClient(timeout=timeout, follow_redirects=False)
    headers: dict[str, str | openai.Omit] = {"Accept-Encoding": "identity"}
    if settings.name != ENVIRONMENT:
        # The SDK would add these from the environment, which is about another account.
        headers |= {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
    sdk = openai.AsyncOpenAI(
        api_key=settings.api_key or "none",  # The SDK insists on one; who wants none ignores it.
        base_url=settings.base_url,
        default_headers=cast("dict[str, str]", headers | dict(settings.headers)),
        http_client=http,
        max_retries=0,
    )
    base = sdk.base_url
    completions = str(base.copy_with(raw_path=base.raw_path + b"chat/completions"))
    said = dict(sdk.auth_headers)
    said |= {name: text for name, text in sdk.default_headers.items() if isinstance(text, str)}
    if settings.transport == "demo":
        return Line(sdk, SdkCalls(http, completions, said))
    # The SDK's client knows which addresses the environment sends over a proxy (`HTTPS_PROXY`, `NO_PROXY`):
    # what is streamed goes the way of what is listed.
    proxy = getattr(http._transport_for_url(httpx2.URL(completions)), "proxy", None)
    return Line(sdk, HttpCalls(completions, said, settings.connect_timeout, proxy))
