"""The service as a process has it, on a real database, with an upstream that the test feeds."""

from collections.abc import AsyncIterator

import pytest
from django.contrib.auth.models import User
from fakes.fed_upstream import FedUpstream

from chat import service
from chat.auth.caller import Caller


@pytest.fixture
async def upstream(transactional_db: None) -> AsyncIterator[FedUpstream]:
    """The running service's upstream; the service is drained behind the test."""
    upstream = FedUpstream()
    await service.start(upstream)
    yield upstream
    await service.drain()


@pytest.fixture
def as_alice(alice: User) -> Caller:
    return Caller(user_id=alice.pk, via="key")


@pytest.fixture
def as_bob(bob: User) -> Caller:
    return Caller(user_id=bob.pk, via="key")
