"""Lines of the log: as JSON they say of which request and reply they are; a traceback keeps no secret."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import pytest

from chat.log_marks import REPLY, REQUEST
from chatsite.log_forms import JsonLines, TextLines


@contextmanager
def marked(mark: ContextVar[str | None], value: str) -> Iterator[None]:
    token = mark.set(value)
    try:
        yield
    finally:
        mark.reset(token)


def record(message: str = "it is so", *arguments: object, name: str = "chat.x") -> logging.LogRecord:
    return logging.LogRecord(name, logging.WARNING, "", 1, message, arguments, None)


def failed(words: str) -> logging.LogRecord:
    try:
        raise ValueError(words)
    except ValueError:
        return logging.LogRecord("chat.x", logging.ERROR, "", 1, "broke", (), sys.exc_info())


def test_a_line_is_one_object_with_the_request_and_the_reply() -> None:
    with marked(REQUEST, "abc"), marked(REPLY, "r1"):
        text = JsonLines().format(record("%s\nis %d", "this", 3))
    assert "\n" not in text
    line = json.loads(text)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "WARNING",
        "logger": "chat.x",
        "message": "this\nis 3",
        "request": "abc",
        "reply": "r1",
    }


def test_outside_of_a_request_there_is_none() -> None:
    line = json.loads(JsonLines().format(record()))
    assert line["request"] is None
    assert "reply" not in line


def test_what_an_answer_was_stands_in_its_line_and_in_no_other() -> None:
    of_access = record(name="chat.access")
    of_access.status, of_access.client, of_access.seconds = 200, "10.0.0.1", 0.25
    line = json.loads(JsonLines().format(of_access))
    assert (line["status"], line["client"], line["seconds"]) == (200, "10.0.0.1", 0.25)
    other = record()
    other.status = 200
    assert "status" not in json.loads(JsonLines().format(other))


@pytest.mark.parametrize("form", [JsonLines(), TextLines()])
def test_a_traceback_keeps_no_secret(form: logging.Formatter) -> None:
    for words in ("GET /s?ticket=abc.def", "Authorization: Bearer chat-abc.def", "/x?%74icket=abc.def"):
        line = form.format(failed(words))
        assert "abc.def" not in line
        assert "ValueError" in line
        assert "test_log_forms" in line
