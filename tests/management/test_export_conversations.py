"""`manage.py export_conversations`: the exports of the desk, from a shell: exit codes, an entry each way."""

import csv
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from fakes.reviewed import make_conversation
from pytest_django import Settings

from chat.models import AuditEntry, ReviewExport
from chat.review.export_forms import FORMS
from chat.review.pseudonyms import pseudonym


@pytest.fixture(autouse=True)
def _four(alice: User, bob: User) -> None:
    for number in range(3):
        make_conversation(alice, ("What is it?", "A cat."), title=f"Cats {number}")
    make_conversation(bob, ("And this?", "A dog."), title="Dogs")


def run(*arguments: str) -> tuple[int, str, str]:
    """Its exit code, and what it told on both outputs."""
    out, beside = StringIO(), StringIO()
    try:
        call_command("export_conversations", *arguments, stdout=out, stderr=beside)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), beside.getvalue()
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    return 0, out.getvalue(), beside.getvalue()


def entries() -> list[tuple[str, int | None, str, dict[str, object]]]:
    rows = AuditEntry.objects.order_by("id")
    return list(rows.values_list("action", "actor", "via", "details"))


@pytest.mark.parametrize("form", sorted(FORMS))
def test_each_form_is_written_whole_and_counted(tmp_path: Path, form: str) -> None:
    file = tmp_path / "taken"
    code, told, beside = run("--form", form, "--output", str(file))
    assert (code, told.strip(), beside) == (0, "4 conversations written.", "")
    text = file.read_text(encoding="utf-8-sig")
    assert text.count("A cat.") == 3
    assert text.count("A dog.") == 1
    assert list(tmp_path.iterdir()) == [file], "nothing half is left beside it"
    if form == "csv":
        assert len(list(csv.DictReader(text.splitlines()))) == 8
    if form in ("jsonl", "messages", "evaluation"):
        assert all(json.loads(line) for line in text.splitlines())


def test_a_filter_chooses_as_in_the_address_of_the_list(tmp_path: Path) -> None:
    file = tmp_path / "taken"
    for query in ("user=bob", "?user=bob"):
        assert run("--form", "jsonl", "--filter", query, "--output", str(file))[0] == 0
        (line,) = file.read_text().splitlines()
        assert json.loads(line)["conversation"]["title"] == "Dogs"


def test_pseudonyms_stand_in_place_of_names_and_nowhere_are_names(
    tmp_path: Path, alice: User, bob: User
) -> None:
    file = tmp_path / "taken"
    assert run("--form", "csv", "--pseudonymise", "--output", str(file))[0] == 0
    text = file.read_text(encoding="utf-8-sig")
    assert {row["user"] for row in csv.DictReader(text.splitlines())} == {
        pseudonym(alice.pk),
        pseudonym(bob.pk),
    }
    assert "alice" not in text
    assert "bob" not in text


def test_begin_and_end_are_entries_of_who_is_named_and_hold_no_words(tmp_path: Path, dave: User) -> None:
    arguments = ("--form", "jsonl", "--filter", "user=bob", "--output", str(tmp_path / "taken"))
    assert run(*arguments, "--by", "dave")[0] == 0
    begun, ended = entries()
    assert begun[:3] == ("export", dave.pk, "command")
    assert begun[3].keys() == {"form", "filter", "pseudonymised", "total"}
    assert "bob" not in str(begun)
    assert ended == ("export_ended", dave.pk, "command", {"conversations": 1, "how": "whole"})
    assert run(*arguments)[0] == 0
    assert [actor for _action, actor, _via, _details in entries()[2:]] == [None, None]


def test_json_tells_what_was_written(tmp_path: Path) -> None:
    file = tmp_path / "taken"
    code, told, _beside = run("--form", "csv", "--json", "--output", str(file))
    assert code == 0
    row = ReviewExport.objects.get()
    assert json.loads(told) == {
        "export": str(row.pk),
        "form": "csv",
        "conversations": 4,
        "end": "whole",
        "output": str(file),
    }
    assert (row.done, row.total, row.error) == (4, 4, "")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--form", "jsonl", "--filter", "status=odd"), "--filter"),
        (("--form", "jsonl", "--filter", "user=nobody-here"), "--filter"),
        (("--form", "jsonl", "--by", "nobody-here"), "--by"),
        (("--form", "jsonl", "--output", "/no/such/folder/taken"), "--output"),
    ],
)
def test_a_wrong_call_exits_with_2_and_takes_nothing(arguments: tuple[str, ...], why: str) -> None:
    code, told, complaint = run(*arguments)
    assert (code, told) == (2, "")
    assert complaint.startswith(why)
    assert not ReviewExport.objects.exists()
    assert entries() == []


def test_what_may_not_be_reviewed_is_not_taken_out_from_a_shell_either(
    tmp_path: Path, settings: Settings
) -> None:
    settings.CHAT_REVIEW = "off"
    file = tmp_path / "taken"
    assert run("--form", "jsonl", "--output", str(file))[0] == 0
    assert file.read_bytes() == b""


class Reader(BytesIO):
    """Who reads the standard output; at the second write something happens."""

    def __init__(self, happens: Callable[[], None]) -> None:
        super().__init__()
        self._happens: Callable[[], None] | None = happens
        self._writes = 0

    def writelines(self, lines: object) -> None:
        super().writelines(lines)  # type: ignore[arg-type]
        happens, self._happens = self._happens, None
        if happens:
            happens()


@pytest.mark.parametrize(
    ("error", "code", "last", "how", "action"),
    [
        (KeyboardInterrupt(), 130, "then it was cancelled.", "cancelled", "export_cancelled"),
        (
            BrokenPipeError("nobody reads"),
            1,
            "then the server failed; see its log.",
            "failed",
            "export_ended",
        ),
    ],
)
def test_what_was_cut_off_says_so_in_its_last_line_and_by_its_exit_code(
    error: BaseException, code: int, last: str, how: str, action: str
) -> None:
    def happens() -> None:
        raise error

    reader = Reader(happens)
    with redirect_stdout(TextIOWrapper(reader, write_through=True)) as out:
        ended, told, beside = run("--form", "jsonl", "--json")
        lines = reader.getvalue().splitlines()
        out.detach()
    assert (ended, told) == (code, "")
    assert json.loads(lines[-1])["error"] == "not whole"
    assert json.loads(lines[-1])["message"].endswith(last)
    assert json.loads(beside.splitlines()[-1])["end"] == how
    assert entries()[-1][0] == action
    row = ReviewExport.objects.get()
    assert row.ended is not None
