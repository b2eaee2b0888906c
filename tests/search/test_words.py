"""Texts are compared without case, accents and widths; what has no spaces is cut into pairs of characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.search.folding import composed, fold, fold_with_places
from chat.search.words import LONGEST, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, World!", ["hello", "world"]),
        ("Crème BRÛLÉE", ["creme", "brulee"]),
        ("cre\u0300me", ["creme"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("ＡＢＣ１２３", ["abc123"]),
        ("ﬁne co\u00adoperate", ["fine", "cooperate"]),
        ("snake_case don't 3.14", ["snake", "case", "don", "t", "3", "14"]),
        ("天安门", ["天安", "安门", "门"]),
        ("天", ["天"]),
        ("用Python写代码。好", ["用", "python", "写代", "代码", "码", "好"]),
        ("ひらガナ ﾊﾝｶｸ", ["ひら", "らガ", "ガナ", "ナ", "ハン", "ンカ", "カク", "ク"]),
        ("대한민국", ["대한", "한민", "민국", "국"]),
        ("ภาษา", ["ภา", "าษ", "ษา", "า"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("ёлка Ёлка", ["елка", "елка"]),
        ("𠀀𠀁", ["𠀀𠀁", "𠀁"]),
        ("😀 … \0\n", []),
        ("x" * 99, ["x" * LONGEST]),
        ("", []),
    ],
)
def test_a_text_is_cut_into_its_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text())
def test_words_hold_nothing_that_a_query_language_could_take_for_its_own(text: str) -> None:
    assert set("".join(words_of(text))).isdisjoint("'\"\\:*()&|!<>- \0\n\t")


@given(st.text())
def test_each_place_of_a_folded_text_comes_from_a_place_of_the_text(text: str) -> None:
    folded, places = fold_with_places(composed(text))
    assert folded == fold(text)
    assert len(places) == len(folded)
    assert list(places) == sorted(places)
    assert all(0 <= place < len(composed(text)) for place in places)
