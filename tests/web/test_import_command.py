"""`manage.py import_chatgpt`, as scripts see it: what it prints, and with what it exits."""

import json
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from fakes.chatgpt_export import simple

from chat.models import Conversation


def run(path: Path, username: str = "alice") -> dict[str, Any]:
    out = StringIO()
    call_command("import_chatgpt", username, str(path), "--json", stdout=out, stderr=StringIO())
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_a_zip_file_is_imported_once(alice: User, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("user.json", "{}")
        archive.writestr("conversations-000.json", json.dumps([simple(1)]))
        archive.writestr("conversations-001.json", json.dumps([simple(2)]))
    assert run(path) == {"imported": 2, "known": 0, "failed": 0, "failures": []}
    assert run(path) == {"imported": 0, "known": 2, "failed": 0, "failures": []}
    assert Conversation.objects.filter(owner=alice).count() == 2


def test_it_exits_with_3_where_some_cannot_be_read(alice: User, tmp_path: Path) -> None:
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps([simple(1), simple(2, mapping={})]))
    with pytest.raises(SystemExit) as ended:
        run(path)
    assert ended.value.code == 3
    assert Conversation.objects.count() == 1


@pytest.mark.parametrize("content", ["no json", "[" * 100_000])
def test_a_file_that_cannot_be_read_is_an_error(content: str, alice: User, tmp_path: Path) -> None:
    path = tmp_path / "conversations.json"
    path.write_text(content)
    with pytest.raises(CommandError, match="cannot be read"):
        run(path)


def test_a_user_or_file_that_is_not_there_is_an_error(alice: User, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no user 'eve'"):
        run(tmp_path / "x", "eve")
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "x")
