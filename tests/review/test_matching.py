"""Rules find what they say, in every script, and no text makes one of them slow."""

import time

import pytest

from chat.review.matching import BadRule, finder


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("bomb", "How to build a BOMB?", True),
        ("bomb", "bombs, bombastic, a-bomb-shelter", True),
        ("bomb", "bombs and bombastic words", False),
        ("café", "the CAFE over there", True),
        ("trade secret", "a trade\n  secret.", True),
        ("trade secret", "trade of secrets", False),
        ("炸弹", "请问炸弹怎么做？", True),
        ("毒", "解毒剂", True),
        ("foo", "我用foo吧", True),
        ("卡拉OK", "去卡拉ok吧", True),
        ("ｂｏｍｂ", "a bomb", True),
        ("a.b", "axb", False),
    ],
)
def test_words_are_whole_ones_folded_as_the_search_folds(word: str, text: str, found: bool) -> None:
    assert finder("words", f"zebra\n\n  {word}  \n")(text) is found


def test_patterns_take_both_cases_and_any_line() -> None:
    finds = finder("pattern", "nothing\n\\bAB-\\d{4}\\b")
    assert finds("the number is ab-1234.")
    assert not finds("the number is ab-12345.")
    assert not finder("pattern", "(?-i)secret")("SECRET")


def test_longer_than_counts_characters() -> None:
    finds = finder("long", " 3 ")
    assert finds("四个汉字")
    assert not finds("三汉字")


@pytest.mark.parametrize(
    ("kind", "value", "code", "line"),
    [
        ("long", "many", "number", 0),
        ("long", "0", "number", 0),
        ("words", " \n", "empty", 0),
        ("words", "fine\n!!", "pattern", 2),
        ("pattern", "fine\n(open", "pattern", 2),
        ("pattern", "(?=ahead)", "pattern", 1),
        ("pattern", r"(a)\1", "pattern", 1),
        ("pattern", "([a-z]{0,30}){20}x$", "costly", 1),
        ("words", "word\n" * 501, "long", 0),
    ],
)
def test_what_cannot_be_used_is_told_with_its_line(kind: str, value: str, code: str, line: int) -> None:
    with pytest.raises(BadRule) as refused:
        finder(kind, value)
    assert (refused.value.code, refused.value.line) == (code, line)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "^(a|a)*b", "(.*a){12}b", "(x+x+)+y"])
def test_no_text_makes_a_pattern_slow(pattern: str) -> None:
    """With backtracking each of these would take longer than the universe has been there."""
    finds = finder("pattern", pattern)
    began = time.monotonic()
    finds("a" * 200_000 + "!")
    finds("x" * 200_000)
    assert time.monotonic() - began < 5
