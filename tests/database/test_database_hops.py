"""A database that was away is used again at the first call after it is back, by every thread."""

import asyncio
from threading import Barrier, current_thread

import pytest
from django.db import NotSupportedError, OperationalError, connections
from django.db.utils import ConnectionHandler

from chat import database
from chat.database import in_database, in_group_commit, reading
from chat.errors import Unavailable
from chat.statements import Written

pytestmark = pytest.mark.django_db(transaction=True)


def answer() -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT 1")
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


async def of_all_readers() -> list[object]:
    """The connection of each thread that reads."""
    together = Barrier(database.READERS)

    def mine() -> object:
        answer()
        together.wait(5)
        return connections["default"].connection

    return await asyncio.gather(*(reading(mine) for _ in range(together.parties)))


async def test_an_error_of_the_connection_is_unavailable_and_leaves_a_good_one() -> None:
    def fail() -> None:
        raise OperationalError("gone")

    with pytest.raises(Unavailable) as refused:
        await in_database(fail)
    assert refused.value.retry_after
    assert await in_database(answer) == 1


async def test_one_thread_that_finds_its_connection_broken_has_all_make_new_ones() -> None:
    def fail() -> None:
        raise OperationalError("gone")

    before = await of_all_readers()
    with pytest.raises(Unavailable):
        await reading(fail)
    after = await of_all_readers()
    assert len(set(map(id, before + after))) == 2 * database.READERS


async def test_a_thread_that_gets_no_connection_leaves_the_others_theirs() -> None:
    def fail() -> None:
        connections.close_all()
        raise OperationalError("too many connections")

    before = await of_all_readers()
    with pytest.raises(Unavailable):
        await reading(fail)
    after = await of_all_readers()
    assert len(set(map(id, before + after))) == 2 * database.READERS - 1


async def test_a_column_that_gets_another_type_is_met_once() -> None:
    """PostgreSQL keeps plans for each connection, and refuses those that give other types than they did."""
    keep = Written("SELECT short FROM replanned WHERE short <> %s", plan_is_kept=True)

    def change(sql: str) -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute(sql)

    def look() -> list[tuple[object, ...]]:
        return keep.rows(["nobody's"])

    async def of_all_writers() -> list[object]:
        return await asyncio.gather(*(in_database(look) for _ in range(50)), return_exceptions=True)

    await in_database(change, "CREATE TABLE replanned (short varchar(10))")
    try:
        await in_database(change, "INSERT INTO replanned VALUES ('said')")
        assert await of_all_writers() == [[("said",)]] * 50
        if connections["default"].vendor == "postgresql":
            await in_database(change, "ALTER TABLE replanned ALTER short TYPE varchar(20)")
            met = [found for found in await of_all_writers() if found != [("said",)]]
            assert met
            assert all(isinstance(error, Unavailable) for error in met)
        assert await of_all_writers() == [[("said",)]] * 50
    finally:
        await in_database(change, "DROP TABLE replanned")


async def test_what_no_database_can_do_is_not_told_as_one_that_is_away() -> None:
    count = Written("SELECT count(*) FROM auth_user GROUP BY id FOR UPDATE", plan_is_kept=True)
    with pytest.raises((NotSupportedError, OperationalError, Unavailable)) as refused:
        await in_database(count.rows, [])
    if connections["default"].vendor == "postgresql":
        assert refused.type is NotSupportedError


async def test_the_event_loop_has_no_connection_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each task would make one of its own."""
    made_by = set()
    create = ConnectionHandler.create_connection

    def noted(self: ConnectionHandler, alias: str) -> object:
        made_by.add(current_thread())
        return create(self, alias)

    await in_database(answer)
    monkeypatch.setattr(ConnectionHandler, "create_connection", noted)
    for hop in (in_database, in_group_commit, reading):
        assert await asyncio.create_task(hop(answer)) == 1
    assert current_thread() not in made_by


@pytest.fixture(autouse=True)
def closed_pools() -> object:
    yield
    database.close_pools()
