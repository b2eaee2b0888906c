"""Thinking at the beginning of a text is taken out of it, however the text is cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.upstream.think import ThinkSplitter, without_thinking


def split(pieces: list[str]) -> tuple[str, str]:
    splitter = ThinkSplitter()
    parts = [splitter.feed(piece) for piece in pieces]
    parts.append(splitter.finish())
    return "".join(reasoning for reasoning, _ in parts), "".join(text for _, text in parts)


@pytest.mark.parametrize(
    ("whole", "reasoning", "text"),
    [
        ("<think>hm</think>\n\nYes.", "hm", "Yes."),
        ("\n <think>\nhm\n</think>Yes.", "\nhm\n", "Yes."),
        ("<think></think>Yes.", "", "Yes."),
        ("Yes.", "", "Yes."),
        ("  indented", "", "  indented"),
        ("Say <think>no</think>.", "", "Say <think>no</think>."),
        ("<thinking>no", "", "<thinking>no"),
        ("<think>cut off</thi", "cut off</thi", ""),
        ("<thi", "", "<thi"),
        ("<think>a</think>b<think>c</think>", "a", "b<think>c</think>"),
        ("<think>a < b </ c</think>d", "a < b </ c", "d"),
        ("", "", ""),
    ],
)
def test_thinking_at_the_beginning_is_no_text(whole: str, reasoning: str, text: str) -> None:
    assert split([whole]) == (reasoning, text)
    assert split(list(whole)) == (reasoning, text)
    assert without_thinking(whole) == text


def test_thinking_is_passed_on_while_it_comes() -> None:
    splitter = ThinkSplitter()
    assert splitter.feed("<think>one ") == ("one ", "")
    assert splitter.feed("two </") == ("two ", "")
    assert splitter.feed("b") == ("</b", "")


tags = st.sampled_from(["<think>", "</think>", "<", "</", "think>", " ", "\n", "x", "中"])


@given(st.lists(tags), st.data())
def test_cuts_anywhere_change_nothing(parts: list[str], data: st.DataObject) -> None:
    whole = "".join(parts)
    cuts = data.draw(st.lists(st.integers(min_value=0, max_value=len(whole))))
    edges = sorted({0, len(whole), *cuts})
    pieces = [whole[start:end] for start, end in pairwise(edges)]
    assert split(pieces) == split([whole])
