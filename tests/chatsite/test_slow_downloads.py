"""A download to a client that reads slowly: it waits, and does not pile up in the server's memory."""

import http.client
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

CHECKOUT = Path(__file__).resolve().parents[2]
PIECE = 262_144
PIECES = 400
QUIET = 2.0
"""Seconds without a piece: it waits. Unread it would all be sent within a fraction of one."""


@pytest.fixture
def server() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("downloads_application.py"), str(PIECES)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        bufsize=0,
    )
    yield process
    process.kill()
    process.communicate()


def told(server: subprocess.Popen[bytes]) -> str | None:
    """The next line; None where none comes."""
    assert server.stdout is not None
    ready, _, _ = select.select([server.stdout], [], [], QUIET)
    return server.stdout.readline().decode() if ready else None


@pytest.mark.parametrize("path", ["/sized", "/made-on-the-way"])
def test_it_waits_for_who_reads_and_then_goes_on_to_its_end(
    server: subprocess.Popen[bytes], path: str
) -> None:
    assert server.stdout is not None
    port = int(server.stdout.readline().split()[1])
    call = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    call.request("GET", path)
    sent = 0
    while told(server) is not None:
        sent += 1
    # The system's own buffers on both sides of loopback hold some megabytes.
    assert sent < PIECES / 2
    answer = call.getresponse()
    assert len(answer.read()) == PIECES * PIECE
    call.request("GET", path)  # over the same connection
    call.getresponse().read(10)
    call.close()
