"""What only Daphne itself shows: the close codes that reach a client, and a client that does not read."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

MAX_BYTES = 1 << 20

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parent.parent.parent


class DaphneProcess:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.url = ""

    async def line(self, start: str) -> str:
        """What follows `start` on the next line that begins so."""
        assert self._process.stdout is not None
        while line := (await self._process.stdout.readline()).decode():
            if line.startswith(start):
                return line.removeprefix(start).strip()
        raise AssertionError("the server ended")


@pytest.fixture
async def daphne() -> AsyncIterator[DaphneProcess]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        Path(__file__).with_name("daphne_application.py"),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    try:
        async with asyncio.timeout(20):
            daphne = DaphneProcess(process)
            daphne.url = f"ws://127.0.0.1:{await daphne.line('port')}"
            yield daphne
    finally:
        process.kill()
        await process.wait()


@pytest.mark.parametrize("code", [1000, 1009, 1011, 1012, 1013, 4401, 4403, 4429])
async def test_a_client_sees_the_code_that_the_socket_was_closed_with(
    daphne: DaphneProcess, code: int
) -> None:
    async with connect(f"{daphne.url}/close/{code}") as socket:
        with suppress(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == code


@pytest.mark.parametrize(("size", "code"), [(MAX_BYTES, 1000), (MAX_BYTES + 1, 1009), (5 * MAX_BYTES, 1009)])
async def test_a_frame_that_is_too_large_is_told(daphne: DaphneProcess, size: int, code: int) -> None:
    async with connect(f"{daphne.url}/receive") as socket:
        with suppress(ConnectionClosed):
            await socket.send("x" * size)
            await socket.recv()
        assert socket.close_code == code


async def test_what_waits_for_a_client_that_does_not_read_is_bounded(daphne: DaphneProcess) -> None:
    async with connect(f"{daphne.url}/flood", max_queue=1) as socket:
        sent = 0
        with suppress(TimeoutError):
            while True:
                async with asyncio.timeout(1):
                    sent = int(await daphne.line("sent"))
        assert sent < 1_500, "the server sent on though nobody read"
        received = 0
        while received < 2_000:
            await socket.recv()
            received += 1
        while sent < 1_999:
            sent = int(await daphne.line("sent"))
