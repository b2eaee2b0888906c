"""What leaves for Sentry: what broke and where. No words of anybody, no keys, no addresses."""

import json
from importlib.util import find_spec
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from chat.log_marks import REPLY, REQUEST
from chatsite import sentry

EVENT: dict[str, Any] = {
    "event_id": "1",
    "level": "error",
    "logger": "chat.engine.run",
    "platform": "python",
    "logentry": {"message": "reply %s failed: %s", "params": ["r1", "SECRET text"], "formatted": "SECRET"},
    "message": "SECRET",
    "exception": {
        "values": [
            {
                "type": "DataError",
                "module": "django.db.utils",
                "value": 'invalid input: "SECRET text"',
                "mechanism": {"data": {"x": "SECRET"}},
                "stacktrace": {
                    "frames": [
                        {"filename": "chat/a.py", "lineno": 3, "function": "f", "vars": {"key": "SECRET"}}
                    ]
                },
            }
        ]
    },
    "breadcrumbs": {"values": [{"message": "SECRET"}]},
    "request": {"url": "http://x/?ticket=SECRET", "headers": {"Authorization": "SECRET"}},
    "user": {"username": "SECRET"},
    "extra": {"sys.argv": ["SECRET"]},
    "contexts": {"x": "SECRET"},
    "a field that a later version adds": "SECRET",
}


def test_only_what_broke_and_where_leaves_the_house() -> None:
    told = sentry.scrubbed(EVENT)
    assert "SECRET" not in json.dumps(told)
    assert told["logentry"] == {"message": "reply %s failed: %s"}
    [error] = told["exception"]["values"]
    assert (error["type"], error["value"]) == ("DataError", "")
    assert error["stacktrace"]["frames"] == [{"filename": "chat/a.py", "lineno": 3, "function": "f"}]


def test_an_event_can_be_found_in_the_log() -> None:
    request, reply = REQUEST.set("abc"), REPLY.set("r1")
    try:
        assert sentry.scrubbed(EVENT)["tags"] == {"request": "abc", "reply": "r1"}
    finally:
        REQUEST.reset(request)
        REPLY.reset(reply)
    assert sentry.scrubbed({})["tags"] == {}


def test_it_is_off_unless_an_address_is_set_and_wants_its_package() -> None:
    assert sentry.required("") == ""
    if find_spec(sentry.PACKAGE) is None:
        with pytest.raises(ImproperlyConfigured, match="pip install sentry-sdk"):
            sentry.required("https://key@sentry.example.org/1")
    else:
        assert sentry.required("https://key@sentry.example.org/1")
