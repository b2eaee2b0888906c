"""The folder keeps files whole, for its owner alone, and knows which have lain there for long."""

import os
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from chat.files import folder
from chat.ids import new_id


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> Path:
    settings.CHAT_FILES_DIR = tmp_path / "new" / "files"
    return tmp_path / "new" / "files"


def test_what_was_kept_is_read_and_only_the_owner_may(files: Path) -> None:
    file = new_id()
    folder.keep(file, b"bytes")
    assert folder.read(file) == b"bytes"
    assert files.stat().st_mode & 0o777 == 0o700
    assert [(entry.name, entry.stat().st_mode & 0o777) for entry in files.iterdir()] == [(str(file), 0o600)]


def test_removing_twice_is_no_error() -> None:
    file = new_id()
    folder.keep(file, b"bytes")
    folder.remove(file)
    folder.remove(file)
    assert not folder.has(file)


def test_the_old_ones_are_told_and_the_unfinished_go(files: Path) -> None:
    old, young, unfinished = new_id(), new_id(), new_id()
    for file in (old, young, unfinished):
        folder.keep(file, b"bytes")
    (files / str(unfinished)).rename(files / f"{unfinished}.new")
    (files / "notes of the administrator").write_text("keep")
    long_ago = time.time() - 100
    for name in (str(old), f"{unfinished}.new", "notes of the administrator"):
        os.utime(files / name, (long_ago, long_ago))
    assert folder.older_than(60) == [old]
    assert sorted(entry.name for entry in files.iterdir()) == sorted(
        [str(old), str(young), "notes of the administrator"]
    )


def test_a_folder_that_is_not_there_yet_is_empty() -> None:
    assert folder.older_than(0) == []
