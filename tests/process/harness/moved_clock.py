"""A server whose time of day jumps when a test says so, as where somebody sets the clock."""

import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")
"""What answers in place of the C library. Under libfaketime a server is too busy to serve."""


class Clock:
    """`settings` are for the server; what it measures times by runs on."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc")
        assert compiler is not None, "a C compiler is needed; see .ci/run"
        library = folder / "moved_clock.so"
        subprocess.run([compiler, "-O", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        self._told = folder / "clock"
        self._told.write_bytes(bytes(8))
        self.settings = {"LD_PRELOAD": str(library), "MOVED_CLOCK": str(self._told)}

    def move(self, seconds: int) -> None:
        """So far from the true time, from now on."""
        with self._told.open("r+b") as told:
            told.write(struct.pack("=q", seconds))
