"""One live connection: many replies and the news of a user's conversations, cut and opened again."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
from process.harness.calls import Api
from process.harness.reading import Event, Reading
from process.harness.sse_lines import SseLines
from process.harness.waiting import PATIENCE


class Live:
    """What one browser has read; `connected` goes on where the connection before was cut."""

    def __init__(self, api: Api, replies: Iterable[str]) -> None:
        self._api = api
        self.readings = {reply: Reading() for reply in replies}
        self.news: list[Event] = []
        self.refused: list[Event] = []
        self._next: AsyncIterator[Event] | None = None

    @asynccontextmanager
    async def connected(self) -> AsyncIterator["Live"]:
        follow = []
        for reply, reading in self.readings.items():
            self.readings[reply] = reading.goes_on()
            if reading.ended is None:
                follow.append(("follow", reading.last_id or reply))
        async with AsyncExitStack() as stack:
            response = await stack.enter_async_context(self._api.open("GET", "live", params=follow))
            assert response.status == 200, await response.text()
            self._next = self._events(response.content.iter_any())
            yield self

    async def _events(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[Event]:
        lines = SseLines()
        async for piece in pieces:
            for event in lines.feed(piece):
                yield event

    async def take(self) -> None:
        """The next event."""
        assert self._next is not None, "not connected"
        async with asyncio.timeout(PATIENCE):
            event = await anext(self._next)
        if event["type"] == "error":
            self.refused.append(event)
        elif event["type"] in ("changed", "title"):
            self.news.append(event)
        else:
            self.readings[event["reply"]].take(event)

    async def until_all_have(self, length: int) -> None:
        while any(len(reading.text) < length for reading in self.readings.values()):
            await self.take()

    async def until_all_ended(self) -> None:
        while any(reading.ended is None for reading in self.readings.values()):
            await self.take()

    async def until_lost(self) -> None:
        """What had come before the connection was cut."""
        try:
            while True:
                await self.take()
        except (aiohttp.ClientError, StopAsyncIteration):
            return
