"""A disk of a few megabytes, to be filled to its last byte: memory that is mounted as a file system."""

import contextlib
import errno
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

BLOCK = 4096


class Disk:
    """`folder` is all of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """From now on nothing can be written that needs room."""
        with self._filler.open("ab", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"x" * BLOCK)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free(self) -> None:
        self._filler.unlink(missing_ok=True)


@contextlib.contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[Disk]:
    """Mounting wants root, as `.ci/run` does. `folder` leads to where it is mounted: pytest clears its own
    folders at the end, and that would fail on the disk of an earlier run that was broken off.
    """
    mounted = Path(tempfile.mkdtemp(prefix="chat-tests-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "chat-tests", str(mounted)]
    done = subprocess.run(mount, capture_output=True, text=True)
    assert done.returncode == 0, f"a small disk could not be mounted: {done.stderr}"
    folder.symlink_to(mounted)
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(mounted)], check=True)
        mounted.rmdir()
