"""Fifty clients, each reading a reply of its own, over all transports, until reply or server ends."""

import asyncio
from dataclasses import dataclass, field

from process.harness.calls import Api
from process.harness.reading import Reading
from process.harness.scripts import question, words
from process.harness.transports import over

TRANSPORTS = ("sse", "ndjson", "websocket")


@dataclass(slots=True)
class Member:
    """One client, and what it has read."""

    transport: str
    content: str
    reading: Reading = field(default_factory=Reading)
    close_code: int | None = None
    reply: str = ""
    """Its id, once it began. A later `reading` of the same client may have no `start`."""


class Crowd:
    """`size` clients; each reply has `tokens` words, one every `delay` seconds."""

    def __init__(self, api: Api, *, size: int = 50, tokens: int, delay: float, **script: object) -> None:
        self._api = api
        self.sent = words(tokens)
        self.members = [
            Member(TRANSPORTS[number % 3], question(tokens=tokens, delay=delay, **script))
            for number in range(size)
        ]
        self._tasks: list[asyncio.Task[None]] = []

    async def ask(self, **fields: object) -> None:
        """Begin all of them; returns when each has a few words."""
        self._tasks = [asyncio.create_task(self._read(member, fields)) for member in self.members]
        async with asyncio.timeout(60):
            while any(member.reading.text.count(" ") < 3 for member in self.members):
                for task in self._tasks:
                    if task.done() and task.exception():
                        await task
                await asyncio.sleep(0.02)
        for member in self.members:
            member.reply = member.reading.start["reply"]

    async def scattered(self) -> None:
        """Wait until every connection has ended."""
        async with asyncio.timeout(60):
            await asyncio.gather(*self._tasks)

    async def leave(self) -> None:
        """Drop every connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _read(self, member: Member, fields: dict[str, object]) -> None:
        async with over(self._api, member.transport).ask(member.content, **fields) as stream:
            stream.reading = member.reading
            while await stream.next() is not None:
                pass
