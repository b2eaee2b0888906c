"""A PostgreSQL server of a test's own, which may be restarted: as Debian has it, on a port of loopback."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from process.harness.waiting import free_port

MADE_BY = Path("/usr/lib/postgresql")
"""Debian's versions, each with its programs; elsewhere they are where a shell finds them."""


class Cluster:
    """`database` is on it. It forgets nothing over a restart."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        self._log = folder / "log"
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self._control("initdb", "-o", "--auth=trust --username=postgres --no-sync")

    def start(self) -> None:
        options = f"-h 127.0.0.1 -p {self.port} -k {self._data.parent} -c fsync=off"
        self._control("start", "-w", "-l", str(self._log), "-o", options)

    def stop(self, how: str = "immediate") -> None:
        """As a machine that fails (`immediate`), or that is shut down (`fast`)."""
        self._control("stop", "-w", "-m", how)

    def _control(self, verb: str, *options: str) -> None:
        control = shutil.which("pg_ctl") or max(map(str, MADE_BY.glob("*/bin/pg_ctl")), default="")
        assert control, "PostgreSQL is needed; see .ci/run"
        command = [control, verb, "-D", str(self._data), *options]
        if os.getuid() == 0:  # which it refuses to run as
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60
        )
        assert done.returncode == 0, f"pg_ctl {verb}: {done.stderr}"


@contextlib.contextmanager
def own_cluster() -> Iterator[Cluster]:
    """Running; stopped and gone afterwards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        cluster = Cluster(folder)
        cluster.start()
        try:
            yield cluster
        finally:
            with contextlib.suppress(AssertionError):  # a test may have left it stopped
                cluster.stop()
