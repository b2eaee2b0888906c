"""Our own JSON is read again; and by any hand it may have been changed meanwhile."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation

from chat.portable import FORMAT, Bounds, Unreadable, convert, parse

BOUNDS = Bounds(now=datetime(2026, 1, 1, tzinfo=UTC), question=100, reply=100)


def message(key: str, parent: str | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "id": key,
        "parent": parent,
        "role": "user",
        "content": "Hi",
        "reasoning": "",
        "status": "complete",
        "created": "2025-01-01T00:00:00Z",
        **fields,
    }


def document(*messages: Any, **fields: Any) -> dict[str, Any]:
    conversation = {"id": "c1", "title": "Walks", "messages": list(messages), **fields}
    return {"format": FORMAT, "version": 1, "conversation": conversation}


def test_a_reply_that_ran_when_it_was_saved_is_interrupted() -> None:
    found = convert(document(message("q"), message("a", "q", role="assistant", status="streaming")), BOUNDS)
    assert found.messages[1].status == "interrupted"


def test_files_are_named() -> None:
    found = convert(document(message("q", attachments=[{"name": "plan.pdf"}])), BOUNDS)
    assert found.messages[0].content == "Hi\n\n[file: plan.pdf]"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (document(message("q")) | {"version": 2}, "newer version"),
        (document(message("q")) | {"conversation": []}, "missing"),
        (document(), "no message"),
        (document(message("q"), id=5), "no id"),
        (document(5), "cannot be read"),
        (document(message("q"), message("q")), "cannot be read"),
        (document(message("q", "gone")), "missing"),
        (document(message("q", "q")), "missing"),
        (document(message("q", role="god")), "cannot be read"),
        (document(message("q", content=5)), "no text"),
        (document(message("q", content="x" * 101)), "longer than 100"),
        (document(message("q"), system_prompt=5), "no text"),
    ],
)
def test_what_cannot_be_read_says_why(value: Any, reason: str) -> None:
    with translation.override("en"), pytest.raises(Unreadable, match=reason):
        convert(value, BOUNDS)


@pytest.mark.parametrize("source", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"1" * 5000, b'{"a": nul}'])
def test_what_is_no_json_says_so(source: bytes) -> None:
    with translation.override("en"), pytest.raises(Unreadable, match="not JSON"):
        parse(source)
