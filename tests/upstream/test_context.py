"""What of a branch is sent, and what is cut to fit a model."""

import random
from typing import Any

import pytest

from chat.upstream.context import CONTINUE, cut, cut_notice, max_tokens, sendable, tokens


def said(role: str, text: Any = "x" * 400) -> dict[str, Any]:
    """A message of about 104 tokens, unless told otherwise."""
    return {"role": role, "content": text}


SYSTEM, QUESTION, REPLY = said("system"), said("user"), said("assistant")


def test_without_a_known_length_nothing_is_cut() -> None:
    assert cut([QUESTION, REPLY] * 50, None, None) == ([QUESTION, REPLY] * 50, 0)


def test_what_fits_is_not_cut() -> None:
    assert cut([SYSTEM, QUESTION], 1000, None) == ([SYSTEM, QUESTION], 0)


def test_the_oldest_go_first_and_with_their_replies() -> None:
    branch = [SYSTEM, QUESTION, REPLY, QUESTION, REPLY, QUESTION]
    kept, count = cut(branch, 650, None)
    assert kept == [SYSTEM, QUESTION, REPLY, QUESTION]
    assert count == 2


def test_instructions_the_last_question_and_what_follows_it_stay() -> None:
    branch = [SYSTEM, QUESTION, REPLY, QUESTION, REPLY, said("user", CONTINUE)]
    kept, count = cut(branch, 10, None)
    assert kept == [SYSTEM, *branch[3:]]
    assert count == 2


def test_room_for_the_answer_is_kept_free() -> None:
    branch = [QUESTION, REPLY, QUESTION]
    assert cut(branch, 600, 100)[1] == 0
    assert cut(branch, 600, 400)[1] == 2
    assert cut(branch, 600, 10_000)[1] == 2


def test_the_result_of_a_tool_is_never_left_without_its_question() -> None:
    branch = [QUESTION, REPLY, said("tool"), REPLY, QUESTION]
    assert cut(branch, 560, None) == ([QUESTION], 4)


@pytest.mark.parametrize("seed", range(20))
def test_a_cut_keeps_an_unbroken_end_that_begins_with_a_question(seed: int) -> None:
    dice = random.Random(seed)
    branch = [SYSTEM]
    for _ in range(dice.randrange(1, 20)):
        branch += [said("user", "q" * dice.randrange(900)), said("assistant", "a" * dice.randrange(900))]
    branch.append(QUESTION)
    kept, count = cut(branch, dice.randrange(100, 5000), None)
    assert kept == [SYSTEM, *branch[1 + count :]]
    assert kept[1]["role"] == "user"


def test_other_scripts_take_about_a_token_a_character() -> None:
    assert tokens(said("user", "中文" * 50)) == 104
    assert tokens(said("user", "abcd" * 50)) == 54
    assert tokens(said("user", [{"type": "text", "text": "abcd"}, {"type": "image_url"}])) == 1005


def test_a_cut_is_told_in_words() -> None:
    assert cut_notice(1)["message"].endswith("the oldest message was not sent.")
    assert cut_notice(3) == {
        "code": "context_cut",
        "messages": 3,
        "message": "The conversation is longer than the model can read: the oldest 3 messages were not sent.",
    }


def test_thinking_is_never_sent_back() -> None:
    reply = {
        "role": "assistant",
        "content": "<think>hm</think>Yes.",
        "reasoning": "hm",
        "reasoning_content": "hm",
    }
    assert sendable([QUESTION, reply], continuing=False) == [
        QUESTION,
        {"role": "assistant", "content": "Yes."},
    ]


def test_what_a_person_wrote_is_sent_as_it_is() -> None:
    question = said("user", "<think>what is this tag?</think>")
    assert sendable([question], continuing=False) == [question]


def test_replies_without_text_are_left_out_unless_they_call_tools() -> None:
    tools = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
    branch = [QUESTION, said("assistant", ""), said("assistant", "<think>only"), QUESTION, tools]
    assert sendable(branch, continuing=False) == [QUESTION, QUESTION, tools]


def test_going_on_is_asked_for_after_the_partial_reply() -> None:
    partial = said("assistant", "Once upon a")
    assert sendable([QUESTION, partial], continuing=True) == [QUESTION, partial, said("user", CONTINUE)]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, None),
        ({"max_tokens": 5}, 5),
        ({"max_completion_tokens": 7, "max_tokens": 5}, 7),
        ({"max_tokens": "5"}, None),
    ],
)
def test_the_answers_room_is_read_by_both_its_names(params: dict[str, Any], expected: int | None) -> None:
    assert max_tokens(params) == expected
