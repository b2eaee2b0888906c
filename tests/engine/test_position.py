"""An event id is read back as the position it was made of, and nothing else is one."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.engine.position import Position, decode
from chat.errors import BadRequest
from chat.ids import new_id

lengths = st.integers(min_value=0, max_value=10**9)


@given(lengths, lengths, st.booleans())
def test_it_is_read_back(reasoning: int, text: int, ended: bool) -> None:
    position = Position(new_id(), new_id(), reasoning, text, ended)
    assert decode(position.encode()) == position


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "1",
        "ü",
        "a.1.2",
        "A" * 43 + ".1",
        "A" * 43 + ".01.2",
        "A" * 43 + ".1.2.x",
        "A" * 43 + ".-1.2",
        " ",
    ],
)
def test_what_is_no_position_is_refused(text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        decode(text)
    assert refused.value.param == "Last-Event-ID"


def test_ids_of_one_millisecond_sort_in_the_order_they_were_made() -> None:
    made = [new_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    drift = sum(1 for first, second in itertools.pairwise(made) if second.int >> 64 < first.int >> 64)
    assert drift == 0
    assert {key.version for key in made} == {7}
