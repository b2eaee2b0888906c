"""A registry at work, with a source and a store that the test feeds and holds."""

from collections.abc import AsyncIterator

import pytest
from fakes.engine_ports import FedSource, MemoryStore, new_registry

from chat.engine.registry import Registry


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
async def registry(store: MemoryStore) -> AsyncIterator[Registry]:
    registry = new_registry(store)
    yield registry
    store.away = False
    await registry.drain(0)


@pytest.fixture
def source() -> FedSource:
    return FedSource()
