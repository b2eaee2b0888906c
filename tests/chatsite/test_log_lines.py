"""What would let a reader of the logs in is not in them."""

import logging

import pytest
from django.test import Client

from chatsite.log_lines import Redact, redacted


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ("GET /stream?ticket=abc.def HTTP/1.1", "GET /stream?ticket=… HTTP/1.1"),
        ("/stream?format=sse&last_event_id=xyz&x=1", "/stream?format=sse&last_event_id=…&x=1"),
        ("/stream?lastEventId=xyz", "/stream?lastEventId=…"),
        ("protocols chat.v1, bearer.sk_abc-DEF", "protocols chat.v1, bearer.…"),
        ("Authorization: Bearer sk_abc-DEF", "Authorization: Bearer …"),
        ('"GET /s/AbC_d-9/ HTTP/1.1"', '"GET /s/… HTTP/1.1"'),
        ("see https://chat.example.org/s/AbC_d-9", "see https://chat.example.org/s/…"),
        ('"GET /%73%2FAbC_d-9/"', '"GET /s/…"'),
        ("GET /join/abc-DEF_1/ HTTP/1.1", "GET /join/… HTTP/1.1"),
        ("GET /reset/abc-DEF_1/?x=1", "GET /reset/…"),
        ("GET /accounts/reset/MQ/cx-abc/ HTTP/1.1", "GET /accounts/reset/MQ/… HTTP/1.1"),
        ("GET /join/ HTTP/1.1", "GET /join/ HTTP/1.1"),
        ("GET /conversations?q=ticket", "GET /conversations?q=ticket"),
    ],
)
def test_secrets_are_cut_out(line: str, clean: str) -> None:
    assert redacted(line) == clean


def test_arguments_of_a_record_are_looked_at_too() -> None:
    record = logging.LogRecord("a", logging.INFO, "", 1, '%s "%s" %d', ("peer", "/s?ticket=abc", 200), None)
    assert Redact().filter(record)
    assert record.getMessage() == 'peer "/s?ticket=…" 200'


def test_a_name_behind_percent_signs_hides_no_secret() -> None:
    clean = redacted('"GET /x?%74icket=abc.def&last%5Fevent%5Fid=AAAA&q=%0Aforged HTTP/1.1"')
    assert "abc" not in clean
    assert "AAAA" not in clean
    assert "\n" not in clean


def test_what_hides_nothing_stays_as_it_is() -> None:
    line = '"GET /api/v1/conversations?q=%E4%BD%A0 HTTP/1.1"'
    assert redacted(line) == line


@pytest.mark.django_db
def test_a_strangers_nonsense_is_a_400_and_no_error_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    fields = {f"a{number}": "b" for number in range(2000)}
    answer = Client().post("/accounts/login/", fields)
    assert answer.status_code == 400
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
