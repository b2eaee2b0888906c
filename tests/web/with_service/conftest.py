"""The cast's browsers at a running service, for pages that change something through it."""

from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream

from chat import service


@pytest.fixture
async def running(transactional_db: None) -> AsyncIterator[None]:
    await service.start(FedUpstream())
    yield
    await service.drain()
    # Of the thread that ran the sync middleware: the test client leaves its connection open.
    await sync_to_async(connections.close_all)()


def _browser_of(user: User) -> AsyncClient:
    client = AsyncClient()
    client.force_login(user)
    return client


@pytest.fixture
def alices(running: None, alice: User) -> AsyncClient:
    return _browser_of(alice)


@pytest.fixture
def bobs(running: None, bob: User) -> AsyncClient:
    return _browser_of(bob)
