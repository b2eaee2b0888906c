"""Two servers that share a PostgreSQL database and, where a test does not say otherwise, Redis."""

from collections.abc import Iterator

import aiohttp
import pytest
from process.harness.calls import Api
from process.harness.processes import Server, StartServer
from process.harness.shared_servers import Shared, alice_at, shared_database, started


@pytest.fixture(scope="session")
def shared() -> Iterator[Shared]:
    with shared_database() as shared:
        yield shared


@pytest.fixture(scope="module")
def pair(shared: Shared, start_module_server: StartServer) -> list[Server]:
    return started(start_module_server, shared, 2)


@pytest.fixture
def here(http: aiohttp.ClientSession, shared: Shared, pair: list[Server]) -> Api:
    """Alice at the server that runs the reply."""
    return alice_at(http, shared, pair[0])


@pytest.fixture
def there(http: aiohttp.ClientSession, shared: Shared, pair: list[Server]) -> Api:
    """Alice at the other one."""
    return alice_at(http, shared, pair[1])
