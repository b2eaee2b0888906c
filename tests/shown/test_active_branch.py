"""Which messages of the tree a page shows, and where the arrows between versions lead."""

from typing import Any

from chat.shown.branch import Step, branch_through


def message(name: str, parent: str | None = None) -> dict[str, Any]:
    return {"id": name, "parent": parent}


TREE = [
    message("question"),
    message("first", "question"),
    message("second", "question"),
    message("below first", "first"),
    message("answer below", "below first"),
    message("below second", "second"),
]


def active_branch(messages: list[dict[str, Any]], active: str | None) -> list[Step]:
    """All steps of it."""
    return branch_through(messages, active).steps(slice(None))


def ids(steps: list[Step]) -> list[str]:
    return [step.message["id"] for step in steps]


def test_the_branch_goes_from_the_first_question_to_the_active_message() -> None:
    assert ids(active_branch(TREE, "answer below")) == ["question", "first", "below first", "answer below"]


def test_without_an_active_message_the_newest_one_ends_the_branch() -> None:
    assert ids(active_branch(TREE, None)) == ["question", "second", "below second"]


def test_an_empty_conversation_has_an_empty_branch() -> None:
    assert active_branch([], None) == []


def test_a_message_knows_its_place_among_its_siblings() -> None:
    step = active_branch(TREE, "below second")[1]
    assert (step.number, step.count) == (2, 2)


def test_an_arrow_leads_to_the_end_of_the_neighbours_branch() -> None:
    step = active_branch(TREE, "below second")[1]
    assert (step.before, step.after) == ("answer below", None)


def test_edited_first_questions_are_siblings_too() -> None:
    steps = active_branch([message("asked"), message("edited")], "edited")
    assert [(step.number, step.count, step.before) for step in steps] == [(2, 2, "asked")]


def test_only_the_end_of_a_branch_has_no_answers() -> None:
    assert [step.has_answers for step in active_branch(TREE, "below first")] == [True, True, True]
    assert active_branch(TREE, "answer below")[-1].has_answers is False
