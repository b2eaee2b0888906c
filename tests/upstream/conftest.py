"""A scripted provider on loopback, and an upstream that is connected to it."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from fakes.upstream_calls import Connect
from scripted_upstream import ScriptedUpstream, scripted_upstream

from chat.upstream import Upstream
from chat.upstream.connections import ConnectionSettings


@pytest.fixture(scope="session", autouse=True)
def _sdk() -> None:
    """Imported before a test's time runs: on a busy machine it takes longer than a provider is waited for."""
    import openai  # noqa: F401


@pytest.fixture
async def provider() -> AsyncIterator[ScriptedUpstream]:
    async with scripted_upstream() as running:
        yield running


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Makes an upstream with one connection; `settings` are those of `ConnectionSettings`."""
    async with AsyncExitStack() as stack:

        async def make(base_url: str, **settings: Any) -> Upstream:
            connection = ConnectionSettings("test", base_url, **({"max_retries": 0} | settings))

            async def read() -> list[ConnectionSettings]:
                return [connection]

            upstream = Upstream(read)
            stack.push_async_callback(upstream.close)
            await upstream.start()
            return upstream

        yield make


@pytest.fixture
async def upstream(provider: ScriptedUpstream, connect: Connect) -> Upstream:
    """Connected to the scripted provider, with its two models known."""
    return await connect(provider.url, listed=("scripted", "scripted-two"))


@pytest.fixture
def deaf() -> Iterator[str]:
    """The base URL of a server that takes every connection and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(100)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"


@pytest.fixture
def full() -> Iterator[str]:
    """The base URL of a server that takes no more connections: a client waits while connecting."""
    with socket.socket() as listening, socket.socket() as taken:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        taken.connect(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
