"""CSV: every message a line, whatever is in it; nothing in it is a formula to a spreadsheet."""

import csv
import io
from typing import Any

import pytest

from chat.portable import table


def message(key: str, parent: str | None, role: str, content: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": key,
        "parent": parent,
        "role": role,
        "content": content,
        "reasoning": "",
        "attachments": [],
        "status": "complete",
        "finish_reason": None,
        "model": None,
        "usage": None,
        "created": "2026-11-26T12:00:00Z",
        "started": None,
        "first_token": None,
        "ended": None,
        "feedback": None,
        **fields,
    }


def rows(*messages: dict[str, Any], title: str = "Cats", judged: Any = None) -> list[dict[str, str]]:
    found = {"id": "c1", "title": title, "active": messages[-1]["id"], "messages": list(messages)}
    text = table.header() + table.rows_of(found, "alice", judged or {})
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_each_message_of_all_branches_is_a_line_and_the_shown_branch_is_marked() -> None:
    found = rows(
        message("q", None, "user", "Hello"),
        message("a1", "q", "assistant", "One", usage={"prompt_tokens": 3, "completion_tokens": 5}),
        message("a2", "q", "assistant", "Two", feedback={"rating": -1, "comment": "no"}),
    )
    assert [(row["message"], row["shown"], row["content"]) for row in found] == [
        ("q", "1", "Hello"),
        ("a1", "0", "One"),
        ("a2", "1", "Two"),
    ]
    assert (found[1]["prompt_tokens"], found[1]["completion_tokens"]) == ("3", "5")
    assert (found[2]["rating"], found[2]["comment"], found[2]["user"]) == ("-1", "no", "alice")


@pytest.mark.parametrize("text", ["a\nb", 'say "x", y', "a\r\nb", "汉字 😀"])
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert rows(message("q", None, "user", text))[0]["content"] == text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"])
def test_what_looks_like_a_formula_is_text(text: str) -> None:
    row = rows(message("q", None, "user", text), title=text)[0]
    assert row["content"] == row["title"] == f"'{text}"


def test_verdict_and_labels_of_the_message_stand_before_those_of_the_conversation() -> None:
    judged = {"": {"verdict": "poor", "labels": ["tone"]}, "a": {"verdict": "useful", "labels": ["facts"]}}
    question, answer = rows(
        message("q", None, "user", "x"), message("a", "q", "assistant", "y"), judged=judged
    )
    assert (question["verdict"], question["labels"]) == ("poor", "tone")
    assert (answer["verdict"], answer["labels"]) == ("useful", "tone, facts")
