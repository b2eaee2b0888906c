"""The JavaScript client, driven in a process of Node."""

import asyncio
import json
from pathlib import Path
from typing import Any

from process.harness.client_drivers import Driver
from process.harness.processes import CHECKOUT, environment

CLIENT = CHECKOUT / "chat" / "static" / "chat" / "client" / "chat_client.js"
PACKAGES = CHECKOUT / "var" / "npm" / "node_modules"
DRIVER = Path(__file__).with_name("drive_client.mjs")


class Node(Driver):
    """Started by the first word."""

    def __init__(self) -> None:
        super().__init__()
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def say(self, action: str, number: int, **said: Any) -> None:
        if self._process is None:
            await self._start()
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"action": action, "number": number, **said}).encode() + b"\n")
        await self._process.stdin.drain()

    async def close(self) -> None:
        """End it: all its connections break."""
        if self._process is None or self._reading is None:
            return
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._reading

    async def _start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *("node", str(DRIVER), str(CLIENT), str(PACKAGES)),
            env=environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 24,
        )
        self._reading = asyncio.create_task(self._read(self._process))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            told = json.loads(line)
            self.tell(told.pop("number"), **told)
