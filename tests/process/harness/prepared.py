"""Databases that are made once and copied: to migrate one takes seconds of a processor's time."""

import fcntl
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from process.harness.processes import environment

SUFFIXES = ("", "-wal")


class Prepared:
    """A migrated SQLite database with what `fill` puts in; every server gets a copy of its own.

    `directory` may belong to several workers of one run: whoever comes first makes it.
    `told` is what `fill` returned, in whichever of them.
    """

    def __init__(self, directory: Path, name: str, fill: Callable[[Mapping[str, str]], str]) -> None:
        self._path = directory / f"{name}.sqlite3"
        told = directory / f"{name}.told"
        with (directory / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not told.exists():
                told.write_text(fill(environment(DATABASE_URL=f"sqlite:///{self._path}")))
        self.told = told.read_text()

    def copy_to(self, directory: Path) -> str:
        """A copy, as the database of a server; its address."""
        for suffix in SUFFIXES:
            source = Path(f"{self._path}{suffix}")
            if source.exists():
                shutil.copy(source, f"{directory / 'chat.sqlite3'}{suffix}")
        return f"sqlite:///{directory / 'chat.sqlite3'}"


def directory_of_the_run(directories: pytest.TempPathFactory) -> Path:
    """The one that all workers of this run share."""
    own = directories.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
