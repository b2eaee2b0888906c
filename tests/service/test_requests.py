"""What was sent wrong is told with the name of the field, and never reaches an action."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import BadRequest
from chat.service.requests import Again, Ask, Changes, NewConversation, Rating, decode, request_hash


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"", None),
        (b"{", None),
        (b"[]", None),
        (b'"text"', None),
        (b"\xff\xfe", None),
        (b"[" * 100_000, None),
        (b"{}", "content"),
        (b'{"content": 1}', "content"),
        (b'{"content": null}', "content"),
        (b'{"content": " \\n"}', "content"),
        (b'{"content": "a\\u0000b"}', "content"),
        (b'{"content": "x", "params": {"stop": ["\\u0000"]}}', "params.stop"),
        (b'{"content": "x", "unknown": 1}', "unknown"),
        (b'{"content": "x", "stream": "yes"}', "stream"),
        (b'{"content": "x", "params": []}', "params"),
        (b'{"content": "x", "params": {"stream": false}}', "params.stream"),
        (b'{"content": "x", "params": {"temperature": "hot"}}', "params.temperature"),
        (b'{"content": "x", "params": {"max_tokens": 0}}', "params.max_tokens"),
        (b'{"content": "x", "params": {"max_tokens": 1.5}}', "params.max_tokens"),
        (b'{"content": "x", "params": {"stop": "' + b"x" * 100_000 + b'"}}', "params"),
        (b'{"content": "x", "resume_window": -1}', "resume_window"),
        (b'{"content": "x", "resume_window": "1"}', "resume_window"),
        (b'{"content": "x", "background": true, "resume_window": 0}', "resume_window"),
    ],
)
def test_a_bad_question_is_refused(body: bytes, param: str | None) -> None:
    with pytest.raises(BadRequest) as refused:
        decode(Ask, body)
    assert refused.value.param == param
    assert refused.value.message


def test_a_lone_surrogate_is_refused_however_it_comes() -> None:
    for body in (b'{"content": "\\ud800"}', {"content": "\ud800"}, {"content": "x", "params": {"\ud800": 1}}):
        with pytest.raises(BadRequest):
            decode(Ask, body)


def test_infinite_windows_and_numbers_are_refused() -> None:
    for window in (math.inf, math.nan):
        with pytest.raises(BadRequest):
            decode(Ask, {"content": "x", "resume_window": window})


def test_null_and_absent_parents_are_told_apart() -> None:
    assert decode(Ask, b'{"content": "x", "parent": null}').parent is None
    assert decode(Ask, b'{"content": "x"}').parent is not None


@pytest.mark.parametrize(
    ("kind", "body", "param"),
    [
        (Rating, {"rating": 2}, "rating"),
        (Rating, {"comment": "x" * 10_001}, "comment"),
        (Rating, {"rating": 1, "x": 1}, "x"),
        (Changes, {"title": " "}, "title"),
        (Changes, {"title": "x" * 201}, "title"),
        (Changes, {"pinned": 1}, "pinned"),
        (NewConversation, {"owner": 1}, "owner"),
        (Again, {"content": "x"}, "content"),
    ],
)
def test_other_bodies_are_checked_too(kind: type, body: dict[str, object], param: str) -> None:
    with pytest.raises(BadRequest) as refused:
        decode(kind, body)
    assert refused.value.param == param


def test_a_retry_has_the_same_hash_and_another_call_another() -> None:
    one = decode(Ask, b'{"content": "x", "params": {"a": 1, "b": 2}}')
    same = decode(Ask, b'{"params": {"b": 2, "a": 1}, "content": "x"}')
    other = decode(Ask, b'{"content": "y"}')
    assert request_hash("chat", one) == request_hash("chat", same)
    assert len({request_hash("chat", one), request_hash("chat", other), request_hash("other", one)}) == 3


@given(st.binary(max_size=60))
def test_no_bytes_are_more_than_a_bad_request(body: bytes) -> None:
    with contextlib.suppress(BadRequest):
        assert decode(Ask, body).content
