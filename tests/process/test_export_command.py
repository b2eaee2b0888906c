"""The command of exports as a process: its bar on a terminal, its end by a signal, and a reader who goes."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from process.harness.prepared import Prepared
from process.harness.processes import CHECKOUT, environment, manage

pytestmark = pytest.mark.process

LONG: Final = 400
FILL: Final = f"""
from django.contrib.auth.models import User
from chat.models import Conversation, ConversationDigest, Message
alice = User.objects.get(username="alice")
for number in range({LONG}):
    row = Conversation.objects.create(owner=alice, title=f"Long {{number}}")
    Message.objects.create(conversation=row, role="user", content="word " * 20_000)
    ConversationDigest.objects.create(
        conversation=row, owner=alice, updated=row.updated, created=row.created, messages=1, length=100_000)
"""
"""40 MB: a pipe that nobody reads is full long before."""
ENDS: Final = """
from chat.models import AuditEntry
print(*AuditEntry.objects.filter(action__startswith="export").order_by("id").values_list("action", flat=True))
"""


@pytest.fixture
def settings(prepared: Prepared, tmp_path: Path) -> Mapping[str, str]:
    chosen = environment(DATABASE_URL=prepared.copy_to(tmp_path))
    manage(chosen, "shell", "-v", "0", "-c", FILL)
    return chosen


def export(settings: Mapping[str, str], *arguments: str, **streams: Any) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "manage.py", "export_conversations", "--form", "jsonl", *arguments]
    return subprocess.Popen(command, cwd=CHECKOUT, env=dict(settings), **streams)


def ends(settings: Mapping[str, str]) -> list[str]:
    return manage(settings, "shell", "-v", "0", "-c", ENDS).split()


def test_a_terminal_shows_a_bar_and_the_file_appears_when_it_is_whole(
    settings: Mapping[str, str], tmp_path: Path
) -> None:
    here, terminal = pty.openpty()
    file = tmp_path / "taken.jsonl"
    with export(settings, "--output", str(file), stdout=subprocess.PIPE, stderr=terminal) as command:
        os.close(terminal)
        seen = b""
        while b"%" not in seen:
            assert not file.exists(), "it has its name before it is whole"
            seen += os.read(here, 4096)
        out, _ = command.communicate(timeout=60)
    os.close(here)
    assert command.returncode == 0
    assert out.decode().strip() == f"{LONG} conversations written."
    assert f" of {LONG}" in seen.decode()
    assert len(file.read_bytes().splitlines()) == LONG


def test_a_signal_ends_it_with_130_and_what_it_wrote_says_that_it_is_not_whole(
    settings: Mapping[str, str], tmp_path: Path
) -> None:
    with export(settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as command:
        assert command.stdout is not None
        first = command.stdout.readline()
        command.send_signal(signal.SIGTERM)
        rest, told = command.communicate(timeout=60)
    assert command.returncode == 130
    assert first.startswith(b"{")
    assert b"then it was cancelled" in rest.splitlines()[-1]
    assert b"Not whole: cancelled" in told
    assert ends(settings) == ["export", "export_cancelled"]


def test_a_reader_who_goes_ends_it_with_1(settings: Mapping[str, str]) -> None:
    with export(settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as command:
        assert command.stdout is not None
        command.stdout.readline()
        command.stdout.close()
        assert command.stderr is not None
        told = command.stderr.read()
        command.wait(60)
    assert command.returncode == 1, told
    assert b"Not whole: failed" in told
    assert b"Traceback" not in told
    assert ends(settings) == ["export", "export_ended"]
