"""What waits for SQLite's one writer is committed together, and fails by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from threading import Event
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection

from chat import database, group_commit
from chat.database import in_database, in_group_commit
from chat.errors import Conflict
from chat.ids import new_id
from chat.models import Conversation, StaleDigest

pytestmark = pytest.mark.django_db(transaction=True)


@group_commit.atomic
def added(name: str) -> str:
    User.objects.create(username=name)
    return name


@group_commit.atomic
def refused(name: str) -> str:
    User.objects.create(username=name)
    raise Conflict("no")


@asynccontextmanager
async def all_writers_busy() -> AsyncIterator[None]:
    """What is asked within it waits until it is left."""
    go_on = Event()
    busy = [asyncio.ensure_future(in_database(go_on.wait, 10)) for _ in range(database.WRITERS)]
    await asyncio.sleep(0.05)
    try:
        yield
    finally:
        go_on.set()
        await asyncio.gather(*busy)


async def asked_at_once(*calls: tuple[Callable[[str], str], str]) -> list[Any]:
    async with all_writers_busy():
        asked = [asyncio.ensure_future(in_group_commit(call, name)) for call, name in calls]
        await asyncio.sleep(0.05)
    return await asyncio.gather(*asked, return_exceptions=True)


async def names() -> set[str]:
    return await in_database(lambda: set(User.objects.values_list("username", flat=True)))


async def test_what_waits_is_committed_together(monkeypatch: pytest.MonkeyPatch) -> None:
    groups: list[int] = []

    def counted(functions: Sequence[Callable[[], Any]]) -> list[Any]:
        groups.append(len(functions))
        return group_commit.commit_together(functions)

    monkeypatch.setattr(database, "commit_together", counted)
    wanted = [f"user-{number}" for number in range(5)]
    assert await asked_at_once(*((added, name) for name in wanted)) == wanted
    assert await names() == set(wanted)
    assert groups == ([5] if connection.vendor == "sqlite" else [])


async def test_who_is_refused_takes_nothing_from_the_others() -> None:
    told = await asked_at_once((added, "alice"), (refused, "bob"), (added, "carol"))
    assert told[0] == "alice"
    assert isinstance(told[1], Conflict)
    assert told[2] == "carol"
    assert await names() == {"alice", "carol"}


async def test_what_only_the_commit_finds_out_is_its_own_culprits_error() -> None:
    @group_commit.atomic
    def of_nobody(name: str) -> str:
        Conversation.objects.create(owner_id=10**6, title=name)
        return name

    told = await asked_at_once((added, "alice"), (of_nobody, "hello"), (added, "carol"))
    assert told[0] == "alice"
    assert isinstance(told[1], IntegrityError)
    assert told[2] == "carol"
    assert await names() == {"alice", "carol"}


async def test_nobody_is_told_before_all_is_committed() -> None:
    go_on = Event()

    @group_commit.atomic
    def slow(name: str) -> str:
        go_on.wait(10)
        return added(name)

    async with all_writers_busy():
        first = asyncio.ensure_future(in_group_commit(added, "alice"))
        last = asyncio.ensure_future(in_group_commit(slow, "bob"))
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.1)
    assert first.done() == (connection.vendor != "sqlite")
    go_on.set()
    assert [await first, await last] == ["alice", "bob"]


async def test_who_gave_up_waiting_has_nothing_done() -> None:
    async with all_writers_busy():
        asked = [asyncio.ensure_future(in_group_commit(added, name)) for name in ("alice", "bob", "carol")]
        await asyncio.sleep(0.05)
        asked[1].cancel()
        await asyncio.sleep(0)
    await asyncio.wait(asked)
    assert [each.cancelled() for each in asked] == [False, True, False]
    assert await names() == {"alice", "carol"}


async def test_a_group_that_fails_on_the_way_is_done_again_without_what_it_did() -> None:
    """Rows that were written before the failure are written once."""

    @group_commit.atomic
    def marked(name: str) -> str:
        StaleDigest.objects.create(conversation_id=new_id())
        return name

    await asked_at_once((marked, "one"), (refused, "two"), (marked, "three"))
    assert await in_database(StaleDigest.objects.count) == 2


def test_by_itself_it_has_a_savepoint_as_ever() -> None:
    """Whoever calls it within a transaction of their own can go on after its refusal."""
    from django.db import transaction

    with transaction.atomic():
        with pytest.raises(Conflict):
            refused("alice")
        added("bob")
    assert set(User.objects.values_list("username", flat=True)) == {"bob"}


@pytest.fixture(autouse=True)
def closed_pools() -> object:
    yield
    database.close_pools()
