"""`manage.py chat_probe` before it tries anything: what it needs, and that it never shows the key."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

NOBODY = "http://127.0.0.1:1"
"""Where nobody listens."""
KEY = "chat_a-key_that-is-none"


def tried(*arguments: str) -> tuple[int, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("chat_probe", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue() + err.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue() + err.getvalue()


def test_without_a_key_it_tells_how_to_make_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHAT_KEY", raising=False)
    code, said = tried(NOBODY)
    assert code == 2
    assert "create_api_key" in said


def test_the_key_comes_from_the_environment_or_a_file_and_is_never_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CHAT_KEY", KEY)
    from_environment = tried(NOBODY, "--json")
    monkeypatch.delenv("CHAT_KEY")
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    from_file = tried(NOBODY, "--json", "--key-file", str(file))
    assert from_environment == from_file
    code, said = from_file
    assert code == 2
    assert "nobody answers: Connection refused" in said
    assert KEY not in said


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel"])
def test_what_is_no_key_is_refused_before_a_library_could_quote_it(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("CHAT_KEY", key)
    code, said = tried(NOBODY)
    assert code == 2
    assert key not in said


@pytest.mark.parametrize(
    "arguments",
    [("--seconds", "0"), ("--silence", "301"), ("--bytes", "-1"), ("ftp://x",), ("--key-file", "/nowhere")],
)
def test_what_cannot_be_tried_is_an_error_that_says_so(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CHAT_KEY", KEY)
    assert tried(NOBODY, *arguments)[0] == 2
