"""A large write is cut between characters only, and nothing of it is lost."""

from hypothesis import given
from hypothesis import strategies as st

from chat.wire.pieces import LIMIT, pieces


@given(st.text(st.sampled_from("aé中😀")), st.integers(4, 9))
def test_every_piece_is_whole_characters(text: str, limit: int) -> None:
    cut = list(pieces(text.encode(), limit))
    assert "".join(piece.decode() for piece in cut) == text
    assert all(0 < len(piece) <= limit for piece in cut)


def test_a_small_write_stays_one() -> None:
    small = b"x" * LIMIT
    assert list(pieces(small)) == [small]
