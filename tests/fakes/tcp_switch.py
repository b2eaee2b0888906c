"""A way to the real Redis or PostgreSQL that a test can cut, mend and make slow."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Self
from urllib.parse import urlsplit

REDIS = urlsplit(os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379"))


class TcpSwitch:
    """Passes connections on while it is closed; cut, it drops them and refuses new ones."""

    def __init__(self, host: str, port: int) -> None:
        self._there = host, port
        self.port = 0
        self.delay = 0.0
        """Seconds for each piece, either way."""
        self._through = True
        self._flows = asyncio.Event()
        self._flows.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Task[None]] = set()

    @classmethod
    def to_redis(cls) -> AbstractAsyncContextManager[Self]:
        return cls.to(REDIS.hostname or "127.0.0.1", REDIS.port or 6379)

    @classmethod
    @asynccontextmanager
    async def to(cls, host: str, port: int) -> AsyncIterator[Self]:
        switch = cls(host, port)
        server = await asyncio.start_server(switch._connected, "127.0.0.1", 0)
        switch.port = server.sockets[0].getsockname()[1]
        try:
            yield switch
        finally:
            server.close()
            switch.cut()
            await asyncio.gather(*switch._passing)

    def hang(self) -> None:
        """Nothing passes, and nobody is told."""
        self._flows.clear()

    def cut(self) -> None:
        self._through = False
        self._flows.set()
        for writer in self._writers:
            writer.close()

    def mend(self) -> None:
        self._through = True

    def _is_cut(self) -> bool:
        return not self._through

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut():
            writer.close()
            return
        passing = asyncio.current_task()
        assert passing is not None
        self._passing.add(passing)
        passing.add_done_callback(self._passing.discard)
        there_reader, there_writer = await asyncio.open_connection(*self._there)
        writers = {writer, there_writer}
        self._writers |= writers
        if self._is_cut():  # while it was made
            self.cut()
        await asyncio.gather(self._pump(reader, there_writer), self._pump(there_reader, writer))
        self._writers -= writers

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await asyncio.sleep(self.delay)
                await self._flows.wait()
                writer.write(data)
        except OSError:
            pass
        finally:
            writer.close()
