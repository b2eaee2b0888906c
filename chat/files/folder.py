"""The folder of the files' bytes: each under an id that we made, never under a name that somebody gave.

Many processes may share it (docs/deploy.md). A file is there whole or not at all.
"""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings

_UNFINISHED = ".new"


def keep(file: UUID, data: bytes) -> None:
    """Write the bytes; when it returns they outlive a power cut. Raises `OSError`."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = _path(file)
    unfinished = path.with_suffix(_UNFINISHED)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as new:
        new.write(data)
        new.flush()
        os.fsync(new.fileno())
    unfinished.rename(path)
    _sync(folder)


def read(file: UUID) -> bytes:
    """The bytes. Raises `OSError`, `FileNotFoundError` among them."""
    return _path(file).read_bytes()


def has(file: UUID) -> bool:
    return _path(file).exists()


def remove(file: UUID) -> None:
    """No matter whether it is still there: another process may have been first."""
    _path(file).unlink(missing_ok=True)


def older_than(seconds: float) -> list[UUID]:
    """The files that have lain here for longer. What was never written to its end goes by the way."""
    before = time.time() - seconds
    found: list[UUID] = []
    for entry in _entries():
        with suppress(FileNotFoundError, ValueError):  # gone meanwhile, or none of ours
            if entry.stat().st_mtime >= before:
                continue
            if entry.suffix == _UNFINISHED:
                entry.unlink()
            else:
                found.append(UUID(entry.name))
    return found


def _entries() -> Iterator[Path]:
    folder = _folder()
    return folder.iterdir() if folder.is_dir() else iter(())


def _folder() -> Path:
    return Path(settings.CHAT_FILES_DIR)


def _path(file: UUID) -> Path:
    # Once more a UUID: whatever else came here by mistake must not lead out of the folder.
    return _folder() / str(UUID(str(file)))


def _sync(folder: Path) -> None:
    """The name, too, is to outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
