"""The API over the real service, with an upstream that the test feeds, and clients of the cast."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream

from chat import limits, service
from chat.auth.keys import create_key


@pytest.fixture
async def upstream(transactional_db: None) -> AsyncIterator[FedUpstream]:
    """The running service's upstream; the service is drained behind the test."""
    upstream = FedUpstream()
    await service.start(upstream)
    yield upstream
    await service.drain()
    # Of the thread that ran sync middleware: the test client leaves its connection open.
    await sync_to_async(connections.close_all)()


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    """The cast has the same ids in every test, so what one test used up must not count in the next."""
    limits.requests.forget()


class Program(AsyncClient):
    """A client that sends its user's key with every call. (Django's takes no default headers.)"""

    def __init__(self, user: User) -> None:
        super().__init__()
        self._key = create_key(user)[1]
        self.address = "127.0.0.1"

    def generic(  # type: ignore[override]
        self, *args: Any, headers: dict[str, str] | None = None, **rest: Any
    ) -> Any:
        return super().generic(
            *args, headers={"Authorization": f"Bearer {self._key}"} | (headers or {}), **rest
        )

    async def request(self, **request: Any) -> Any:
        return await super().request(client=(self.address, 50000), **request)


@pytest.fixture
def as_alice(upstream: FedUpstream, alice: User) -> Program:
    return Program(alice)


@pytest.fixture
def as_bob(upstream: FedUpstream, bob: User) -> Program:
    return Program(bob)


@pytest.fixture
def alice_in_browser(upstream: FedUpstream, alice: User) -> AsyncClient:
    """Alice's browser: a session, and CSRF as strict as in life."""
    client = AsyncClient(enforce_csrf_checks=True)
    client.force_login(alice)
    return client


@pytest.fixture
def nobody(upstream: FedUpstream) -> AsyncClient:
    return AsyncClient()
