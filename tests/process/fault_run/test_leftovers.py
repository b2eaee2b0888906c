"""What is left behind is found: memory, threads, files, connections, and streams that nobody reads."""

from dataclasses import replace
from typing import Any

import pytest
from process.fault_run.leftovers import MORE_FILES, MORE_MEMORY, MORE_THREADS, Held, Kept, left_behind

ONE = Held("serve", 1, memory=100, threads=10, files=30)
OTHER = Held("uvicorn", 2, memory=90, threads=8, files=25)
BEFORE = Kept((ONE, OTHER), database=10, redis=6)


def after(**more: Any) -> Kept:
    return replace(BEFORE, servers=(replace(ONE, **more), OTHER))


def test_what_a_server_had_before_is_nothing_left_behind() -> None:
    assert left_behind(BEFORE, BEFORE) == []
    assert left_behind(BEFORE, after(pid=3, threads=12)) == []


@pytest.mark.parametrize(
    ("then", "complaint"),
    [
        (after(memory=101 + MORE_MEMORY), "had 100 memory"),
        (after(threads=11 + MORE_THREADS), "had 10 threads"),
        (after(files=31 + MORE_FILES), "had 30 files"),
        (after(pid=3, files=31 + MORE_FILES), "had 30 files"),
        (after(open=('chat_open_streams{edge="api"} 1.0',)), "chat_open_streams"),
        (replace(BEFORE, database=17), "17 connections to the database"),
        (replace(BEFORE, redis=21), "21 connections to the redis"),
    ],
)
def test_what_stays_behind_is_told(then: Kept, complaint: str) -> None:
    assert [complaint in each for each in left_behind(BEFORE, then)] == [True]
