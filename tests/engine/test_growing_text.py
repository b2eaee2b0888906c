"""A growing text gives the same slices as a plain string."""

from hypothesis import given
from hypothesis import strategies as st

from chat.engine.growing_text import GrowingText


@given(st.lists(st.text(max_size=5), max_size=30), st.integers(min_value=0, max_value=200))
def test_it_gives_what_follows_any_position(pieces: list[str], position: int) -> None:
    text = GrowingText()
    for piece in pieces:
        text.append(piece)
    whole = "".join(pieces)
    assert text.length == len(whole)
    assert text.value() == whole
    assert text.since(position) == whole[position:]
