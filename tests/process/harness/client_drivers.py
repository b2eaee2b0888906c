"""Our own clients, in whatever language, driven by one set of words and held to the suite as a transport."""

import asyncio
import contextlib
import itertools
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from typing import Any, Literal

from process.harness.calls import Api, Json, Refused
from process.harness.reading import Event, Reading
from process.harness.transports import Stream
from process.harness.waiting import PATIENCE

Kind = Literal["sse", "websocket"]


class Driver(ABC):
    """Does what it is told with a client, and tells what that client does.

    `begin` (a verb of the client, with what it is given), `leave`, `abort`, `stop`, `iterate` and `call` are
    its words. It tells, in JSON, `open`, `event`, `delta`, `error`, `aborted`, `closed`, `answer`, `yielded`.
    """

    def __init__(self) -> None:
        self._told: dict[int, asyncio.Queue[Json]] = {}
        self._numbers = itertools.count()

    @abstractmethod
    async def say(self, action: str, number: int, **said: Any) -> None: ...

    @abstractmethod
    async def close(self) -> None: ...

    def number(self) -> int:
        """Of something new that is to be done."""
        number = next(self._numbers)
        self._told[number] = asyncio.Queue()
        return number

    def tell(self, number: int, **told: Any) -> None:
        self._told[number].put_nowait(told)

    async def hear(self, number: int, seconds: float = PATIENCE) -> Json:
        """The next that is told."""
        async with asyncio.timeout(seconds):
            return await self._told[number].get()

    async def hear_of(self, number: int, kind: str) -> Any:
        """The next of this kind; the others are let go."""
        while True:
            told = await self.hear(number)
            if kind in told:
                return told[kind]

    async def all_until(self, number: int, kind: str) -> list[Json]:
        """All that is told, up to the first of this kind."""
        told = [await self.hear(number)]
        while kind not in told[-1]:
            told.append(await self.hear(number))
        return told


def options_of(api: Api, kind: Kind) -> Json:
    """What a client of this caller is made with."""
    return {
        "url": api.url,
        "key": api.headers["Authorization"].removeprefix("Bearer "),
        "transport": kind,
    }


class OverClient:
    """A client as a transport of the suite: one of its own for each stream."""

    repeats_end = True

    def __init__(self, api: Api, driver: Driver, kind: Kind) -> None:
        self.name = f"client over {kind}"
        self._driver = driver
        self._api = api
        self._options = options_of(api, kind)

    def ask(self, content: str, **fields: Any) -> contextlib.AbstractAsyncContextManager[Stream]:
        return self._stream("ask", [], {"content": content, **fields})

    def again(self, verb: str, message: str, **fields: Any) -> contextlib.AbstractAsyncContextManager[Stream]:
        return self._again(verb, message, fields)

    @contextlib.asynccontextmanager
    async def _again(self, verb: str, message: str, fields: Json) -> AsyncIterator[Stream]:
        known: Json = {}
        if verb == "continue":
            with contextlib.suppress(KeyError):
                saved = (await self._api.call("GET", f"messages/{message}")).json
                known = {"text": saved["content"], "reasoning": saved["reasoning"] or ""}
        async with self._stream(verb, [message], fields, known=known) as stream:
            yield stream

    def follow(
        self, reply: str, reading: Reading | None = None, **fields: Any
    ) -> contextlib.AbstractAsyncContextManager[Stream]:
        return self._stream("follow", [reply], None, reading, **fields)

    async def stop(self, reply: str) -> Json:
        number = self._driver.number()
        await self._driver.say("call", number, options=self._options, verb="stop", given=[reply])
        message: Json = await self._driver.hear_of(number, "answer")
        return message

    @contextlib.asynccontextmanager
    async def _stream(
        self,
        verb: str,
        given: list[Any],
        fields: Json | None,
        reading: Reading | None = None,
        known: Json | None = None,
        **options: Any,
    ) -> AsyncIterator[Stream]:
        number = self._driver.number()
        if fields is not None:
            options = {name: fields.pop(name) for name in ("render",) if name in fields}
            # What a call without a key means by default, which is what the suite means.
            given = [*given, {"resume_window": 0, **fields}]
        elif reading and reading.last_id:
            known = {"last_event_id": reading.last_id, "text": reading.text, "reasoning": reading.reasoning}
        options = {**self._options, **options}
        await self._driver.say("begin", number, options=options, verb=verb, given=given, known=known or {})
        events = self._events(number)
        first = await anext(events, None)
        cuts: list[asyncio.Task[None]] = []

        def cut() -> None:
            cuts.append(asyncio.create_task(self._driver.say("leave", number)))

        yield Stream(_after(first, events), reading or Reading(), cut)
        cut()
        await asyncio.gather(*cuts)

    async def _events(self, number: int) -> AsyncIterator[Event]:
        while "closed" not in (told := await self._driver.hear(number)):
            if "error" in told and not told["error"]["passing"]:
                raise Refused(told["error"]["fields"], told["error"]["status"] or None)
            if "event" in told:
                told["event"].pop("ref", None)
                yield told["event"]


async def _after(first: Event | None, events: AsyncIterator[Event]) -> AsyncIterator[Event]:
    if first is not None:
        yield first
        async for event in events:
            yield event
