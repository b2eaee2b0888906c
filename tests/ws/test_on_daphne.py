"""What only Daphne shows: close codes as a client gets them, and clients that do not read or do not stop."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

MAX_BYTES = 1 << 20

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parent.parent.parent


class DaphneProcess:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.url = ""

    def go(self) -> None:
        """An application that waits goes on."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")

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
        stdin=asyncio.subprocess.PIPE,
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


async def test_a_protocol_in_letters_that_none_has_is_400(daphne: DaphneProcess) -> None:
    lines = ["GET / HTTP/1.1", "Host: a", "Upgrade: websocket", "Connection: Upgrade"]
    lines += ["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13"]
    lines += ["Sec-WebSocket-Protocol: \xff", "", ""]
    reader, writer = await asyncio.open_connection("127.0.0.1", int(daphne.url.rpartition(":")[2]))
    writer.write("\r\n".join(lines).encode("latin1"))
    assert (await reader.readline()).startswith(b"HTTP/1.1 400")
    writer.close()


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


async def send_much(socket: ClientConnection, size: int) -> None:
    """2,000 frames, and a ping that is answered when the server has read them."""
    for _ in range(2_000):
        await socket.send("x" * size)
    await (await socket.ping())


async def is_held(sending: "asyncio.Task[None]") -> bool:
    await asyncio.wait({sending}, timeout=0.5)
    return not sending.done()


@pytest.mark.parametrize("size", [1, 16_384])
async def test_what_waits_for_the_application_is_bounded(daphne: DaphneProcess, size: int) -> None:
    async with connect(f"{daphne.url}/wait/take") as socket:
        sending = asyncio.create_task(send_much(socket, size))
        assert await is_held(sending), "the server read on though nobody took"
        daphne.go()
        await sending
    assert socket.close_code == 1000
    assert await daphne.line("taken") == "2000"


async def test_a_client_that_goes_while_it_is_held_is_noticed(daphne: DaphneProcess) -> None:
    async with connect(f"{daphne.url}/wait/take") as socket:
        sending = asyncio.create_task(send_much(socket, 1))
        assert await is_held(sending)
        socket.transport.abort()
        with suppress(ConnectionClosed):
            await sending
        daphne.go()
        assert await daphne.line("taken")


async def test_a_client_that_is_held_is_closed_in_order(daphne: DaphneProcess) -> None:
    async with connect(f"{daphne.url}/wait/close") as socket:
        sending = asyncio.create_task(send_much(socket, 1))
        assert await is_held(sending)
        daphne.go()
        await socket.wait_closed()
        assert (socket.close_code, socket.protocol.close_exc.rcvd_then_sent) == (1000, True)
        with suppress(ConnectionClosed):
            await sending
    assert int(await daphne.line("taken")) <= 110


async def test_pongs_for_a_client_that_does_not_read_are_bounded(daphne: DaphneProcess) -> None:
    pings, pong_bytes = 200_000, 127
    reader, writer = await asyncio.open_connection(*daphne.url.removeprefix("ws://").split(":"))
    handshake = (
        "GET /receive HTTP/1.1",
        "Host: x",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
    )
    writer.write("\r\n".join([*handshake, "", ""]).encode())
    await reader.readuntil(b"\r\n\r\n")
    ping = b"\x89\xfd\0\0\0\0" + b"p" * 125
    for _ in range(pings // 1000):
        writer.write(ping * 1000)
        await writer.drain()
    # Our close frame: what the server has to say ends there.
    writer.write(b"\x88\x82\0\0\0\0\x03\xe8")
    answered = await reader.read()
    assert 0 < len(answered) < pings * pong_bytes // 2
    writer.close()
