"""A snippet shows the first place where words stand, and marks them all, as they are written in the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.search.marks import WINDOW, Piece, snippet
from chat.search.query import parse


def marked(text: str, q: str) -> list[str]:
    return [piece.text for piece in snippet(text, parse(q)) if piece.is_found]


@pytest.mark.parametrize(
    ("text", "q", "found"),
    [
        ("The light of the Lighthouse", "light", ["light", "Lighthouse"]),
        ("a delight", "light", []),
        ("Crème brûlée", "creme BRULEE", ["Crème", "brûlée"]),
        ("在北京的天气", "天气", ["天气"]),
        ("在北京的天气", "北", ["北"]),
        ("天安门广场", "天安门", ["天安门"]),
        ("天安和安门", "天安门", []),
        ("one two, two one", '"two one"', ["two one"]),
        ("iPhone 手机", "iphone手机", ["iPhone 手机"]),
        ("Straße", "strasse", ["Straße"]),
        ("C and cat", "c", ["C"]),
        ("don't do it", "don't", ["don't"]),
        ("aa aab", "aa aab", ["aa", "aab"]),
    ],
)
def test_the_words_are_marked_as_they_are_written(text: str, q: str, found: list[str]) -> None:
    assert marked(text, q) == found


def test_a_window_shows_the_first_place_of_a_long_text() -> None:
    pieces = snippet("word " * 500 + "needle" + " word" * 500, parse("needle"))
    line = "".join(piece.text for piece in pieces)
    assert line.startswith("…word")
    assert line.endswith("…")
    assert Piece("needle", is_found=True) in pieces
    assert len(line) <= WINDOW + 2


def test_without_a_place_the_beginning_is_shown() -> None:
    assert snippet("Some text.", parse("other")) == (Piece("Some text."),)


@given(st.text(), st.text(max_size=20))
def test_a_snippet_is_a_piece_of_the_text(text: str, q: str) -> None:
    line = "".join(piece.text for piece in snippet("a " + text, parse(" ".join(q.split()[:10]))))
    assert len(line) <= WINDOW + 2
