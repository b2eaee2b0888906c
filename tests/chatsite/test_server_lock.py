"""SQLite has one server: the second waits for one that ends, then says who it is."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from chatsite import server_lock
from chatsite.databases import database

# Another process that holds the lock until its stdin ends.
HOLDER = """
import fcntl, os, sys
file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
fcntl.flock(file, fcntl.LOCK_EX)
os.pwrite(file, b'{"pid": 4711, "since": "2026-01-01T00:00:00+00:00"}', 0)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(settings, "DATABASES", {"default": database(f"sqlite:///{tmp_path}/chat.sqlite3")})
    yield tmp_path / "chat.sqlite3.server"
    server_lock.release()


@pytest.fixture
def holder(path: Path) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process


def end(holder: "subprocess.Popen[str]") -> None:
    assert holder.stdin is not None
    holder.stdin.close()


def test_the_server_writes_down_who_it_is(path: Path) -> None:
    server_lock.take()
    assert f'"pid": {os.getpid()}' in path.read_text()


def test_a_process_may_ask_again_for_what_it_holds(path: Path) -> None:
    server_lock.take()
    server_lock.take(patience=0)


def test_a_second_server_is_told_who_holds_it(holder: "subprocess.Popen[str]") -> None:
    said: list[str] = []
    with pytest.raises(server_lock.AnotherServer, match=r"process 4711, since 2026-01-01"):
        server_lock.take(patience=0.05, say=said.append)
    assert len(said) == 1


def test_a_second_server_waits_for_one_that_ends(holder: "subprocess.Popen[str]", path: Path) -> None:
    waiting = threading.Event()

    def end_when_waited_for() -> None:
        waiting.wait(5)
        end(holder)

    ending = threading.Thread(target=end_when_waited_for)
    ending.start()
    server_lock.take(patience=5, say=lambda line: waiting.set())
    ending.join()
    assert f'"pid": {os.getpid()}' in path.read_text()


def test_postgresql_has_any_number_of_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATABASES", {"default": database("postgres://me@127.0.0.1/chat")})
    assert server_lock.lock_path() is None
    server_lock.take()
