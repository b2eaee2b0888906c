"""SQLite has one server: a lock on a file beside the database, held for as long as the process lives.

Two would each believe that the other's running replies are dead. `manage.py` commands never take it.
"""

import fcntl
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

PATIENCE_SECONDS = 15.0
"""Beyond its CHAT_DRAIN_SECONDS, what a server that is ending may need: the last saves and farewells."""
_LOOK_SECONDS = 0.1

_held: int | None = None


class AnotherServer(Exception):
    """Somebody else holds the lock; the message says who."""


def lock_path() -> Path | None:
    """None where the database is no file: PostgreSQL has any number of servers."""
    database = settings.DATABASES["default"]
    if database["ENGINE"] != "django.db.backends.sqlite3":
        return None
    return Path(f"{database['NAME']}.server")


def take(patience: float | None = None, say: Callable[[str], None] | None = None) -> None:
    """Be the server of this database. Waits, `patience` seconds at most, for one that is ending.

    Does nothing in a process that already is. Raises `AnotherServer`.
    """
    global _held
    path = lock_path()
    if path is None or _held is not None:
        return
    if patience is None:
        patience = settings.CHAT_DRAIN_SECONDS + PATIENCE_SECONDS
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    until = time.monotonic() + patience
    waiting = False
    while not _try(file):
        if time.monotonic() >= until:
            holder = _holder(file)
            os.close(file)
            raise AnotherServer(
                f"Another server uses {path.with_suffix('')}: {holder}. SQLite has one server at a time. "
                "Stop that one, or give this one a DATABASE_URL of its own."
            )
        if not waiting:
            (say or _to_stderr)(f"Waiting up to {patience:.0f} s for the server that runs: {_holder(file)}.")
            waiting = True
        time.sleep(_LOOK_SECONDS)
    os.ftruncate(file, 0)
    since = datetime.now(UTC).isoformat(timespec="seconds")
    os.pwrite(file, json.dumps({"pid": os.getpid(), "since": since}).encode(), 0)
    _held = file


def release() -> None:
    """Let the next server in. A process that ends, however it does, need not."""
    global _held
    if _held is not None:
        os.close(_held)
        _held = None


def _try(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: int) -> str:
    try:
        told = json.loads(os.pread(file, 1000, 0))
        return f"process {told['pid']}, since {told['since']}"
    except (ValueError, KeyError):
        # Between its lock and its note.
        return "a process that has only just begun"


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
