"""Ids sort in the order they were made, whatever the clock does meanwhile."""

import time

import pytest

from chat.ids import new_id

SECOND = 1_000_000_000


def test_ids_sort_as_they_were_made() -> None:
    made = [new_id() for _ in range(10_000)]
    assert sorted(made) == made
    assert all((each.version, each.variant) == (7, "specified in RFC 4122") for each in made)


@pytest.mark.parametrize("back", [0, 10 * SECOND], ids=["stands still", "was set back"])
def test_ids_sort_as_they_were_made_while_the_clock(back: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before = new_id()
    moment = time.time_ns() - back
    monkeypatch.setattr(time, "time_ns", lambda: moment)
    made = [before, *(new_id() for _ in range(1_000))]
    assert sorted(made) == made


def test_an_id_tells_its_millisecond() -> None:
    now = time.time_ns() // 1_000_000
    assert 0 <= (new_id().int >> 80) - now < 1_000
