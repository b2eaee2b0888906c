"""What enters a transcript is text that every database and client can hold."""

from hypothesis import given
from hypothesis import strategies as st

from chat.engine.valid_text import ValidText, fit

anything = st.text(alphabet=st.characters(codec=None, categories=None), max_size=20)


def feed(*pieces: str) -> str:
    valid = ValidText()
    return "".join(valid.feed(piece) for piece in pieces) + valid.finish()


def test_a_pair_of_surrogates_in_two_chunks_is_one_character() -> None:
    assert feed("a\ud83d", "\ude00b") == "a😀b"


def test_a_trailing_high_surrogate_waits() -> None:
    valid = ValidText()
    assert valid.feed("a\ud83d") == "a"
    assert valid.feed("") == ""
    assert valid.feed("\ude00") == "😀"


def test_lone_surrogates_and_nul_are_replaced() -> None:
    assert feed("\ude00x\x00", "y\ud83d") == "\ufffdx\ufffdy\ufffd"
    assert feed("\ud83d", "x") == "\ufffdx"


@given(st.text(alphabet=["a", "\x00", "\ud83d", "\ude00", "é", "😀"]), st.data())
def test_the_cut_into_chunks_changes_nothing(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(min_value=0, max_value=len(text)))
    assert feed(text[:cut], text[cut:]) == fit(text)
    fit(text).encode()
