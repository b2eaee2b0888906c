"""The fault run's verdict finds what is wrong: it would be worth nothing else."""

import random
from typing import Any

import pytest
from process.fault_run.faults import Faults
from process.fault_run.verdict import complaints, unfinished
from process.fault_run.visitors import Visit
from process.harness.reading import Reading

TEXT = "what was to be said"


def seen(text: str = TEXT, status: str = "complete", **more: Any) -> Visit:
    reading = Reading(text=text, ended={"status": status, "length": len(text)})
    return Visit("q1x script: {}", TEXT, more.pop("fails", None), begin=10, end=20, reading=reading, **more)


def saved(text: str = TEXT, status: str = "complete") -> dict[str, Any]:
    return {"content": text, "status": status, "error": None}


def faults(*done: str) -> Faults:
    never: Any = None
    return Faults(never, random.Random(1), [(name, 12, 13) for name in done])


def sent(*texts: str) -> list[dict[str, Any]]:
    return [{"text": text} for text in texts]


def test_a_reply_that_went_well_is_no_complaint() -> None:
    assert complaints(seen(), saved(), sent(TEXT), faults()) == []


@pytest.mark.parametrize(
    ("visit", "message", "entries", "done", "complaint"),
    [
        (seen(TEXT[:-1]), saved(), sent(TEXT), (), "saw"),
        (seen(TEXT[:5] + TEXT[4:]), saved(TEXT[:5] + TEXT[4:]), sent(TEXT), (), "to be sent was"),
        (seen(status="stopped"), saved(), sent(TEXT), (), "was told stopped"),
        (seen(TEXT[:5]), saved(TEXT[:5]), sent(TEXT), (), "complete with 5 of 19"),
        (seen(), saved(), sent(TEXT, TEXT), (), "asked 2 times"),
        (seen(), saved(), sent(TEXT[:5]), (), "more is saved than was sent"),
        (seen(restarts=1), saved(), sent(TEXT), ("deploy",), "nothing was killed"),
        (seen(TEXT[:5], "failed"), saved(TEXT[:5], "failed"), sent(TEXT), ("kill",), "the provider did not"),
        (seen(TEXT[:5], "stopped"), saved(TEXT[:5], "stopped"), sent(TEXT), (), "nobody did"),
        (seen(TEXT[:5], "interrupted"), saved(TEXT[:5], "interrupted"), sent(TEXT), ("pause",), "stayed"),
        (seen(fails="cut"), saved(), sent(TEXT), (), "the provider failed"),
        (seen(), saved(status="streaming"), sent(TEXT), (), "still streams"),
    ],
)
def test_what_is_wrong_is_told(
    visit: Visit, message: dict[str, Any], entries: list[Any], done: tuple[str, ...], complaint: str
) -> None:
    assert any(complaint in each for each in complaints(visit, message, entries, faults(*done)))


def asked_for_more(before: str, brought: str) -> dict[str, Any]:
    messages = [{"role": "user", "content": "q"}, {"role": "assistant", "content": before}]
    return {"text": brought, "body": {"messages": messages}}


def first(text: str) -> dict[str, Any]:
    return {"text": text, "body": {"messages": [{"role": "user", "content": "q"}]}}


@pytest.mark.parametrize(
    ("text", "entries", "complaint"),
    [
        ("what and more", [first("what "), asked_for_more("what ", "and more")], None),
        ("what ", [first("what "), asked_for_more("what ", "and more")], None),
        ("what hat", [first("what "), asked_for_more("what ", "and more")], "was continued with"),
        ("what and more", [first("what ")], "was continued with"),
        ("wor", [asked_for_more("what ", "a"), asked_for_more("wor", "b")], "continued after"),
        ("what ab", [*map(asked_for_more, ("what ", "what a", "what "), "abc")], "asked 3 times"),
    ],
)
def test_a_continued_reply_is_what_there_was_and_what_came(
    text: str, entries: list[Any], complaint: str | None
) -> None:
    visit = seen(text, continued=True, asks=2)
    found = complaints(visit, saved(text), entries, faults())
    assert found == [] if complaint is None else complaint in found[0]


def test_what_was_deleted_is_gone_and_nothing_else_is() -> None:
    assert complaints(seen(deleted=True), None, sent(TEXT), faults()) == []
    assert complaints(seen(deleted=True), saved(), sent(TEXT), faults())
    assert complaints(seen(), None, sent(TEXT), faults())


def test_a_call_that_nobody_wants_any_more_is_found() -> None:
    ended = {"text": TEXT, "finished": 3.0, "closed": None, "path": "/v1/chat/completions", "body": {}}
    assert unfinished([ended]) == []
    assert len(unfinished([ended, {**ended, "finished": None}])) == 1


def test_a_reply_may_be_interrupted_while_a_server_goes() -> None:
    visit, message = seen(TEXT[:5], "interrupted"), saved(TEXT[:5], "interrupted")
    assert complaints(visit, message, sent(TEXT[:9]), faults("deploy")) == []
