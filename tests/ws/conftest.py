"""Sockets of a running service: the consumer as a server calls it, with an upstream that the test feeds."""

from collections.abc import AsyncIterator

import pytest
from django.contrib.auth.models import User
from fakes.fed_upstream import FedUpstream
from fakes.socket_client import OpenSocket, SocketClient, bearer

from chat import service
from chat.auth.keys import create_key
from chat.database import in_database


@pytest.fixture
async def upstream(transactional_db: None) -> AsyncIterator[FedUpstream]:
    upstream = FedUpstream()
    await service.start(upstream)
    yield upstream
    await service.drain()


@pytest.fixture
async def alices_key(alice: User, transactional_db: None) -> str:
    _, key = await in_database(create_key, alice)
    return key


@pytest.fixture
async def bobs_key(bob: User, transactional_db: None) -> str:
    _, key = await in_database(create_key, bob)
    return key


@pytest.fixture
async def open_socket(upstream: FedUpstream, alices_key: str) -> AsyncIterator[OpenSocket]:
    """Opens sockets, Alice's unless a key is given; all are closed behind the test."""
    clients: list[SocketClient] = []

    async def open_one(key: str = alices_key) -> SocketClient:
        client = SocketClient(headers=bearer(key))
        clients.append(client)
        await client.connect()
        return client

    yield open_one
    for client in clients:
        await client.close()


@pytest.fixture
async def socket(open_socket: OpenSocket) -> SocketClient:
    """Alice's."""
    return await open_socket()
