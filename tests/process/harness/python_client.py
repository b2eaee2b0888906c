"""The Python client, driven in this process."""

import asyncio
import contextlib
from dataclasses import asdict
from typing import Any

from chat_client import ChatClient, ChatError, Reply
from process.harness.calls import Json
from process.harness.client_drivers import Driver

VERBS = {"continue": "continue_"}


class InProcess(Driver):
    def __init__(self) -> None:
        super().__init__()
        self._clients: dict[int, ChatClient] = {}
        self._replies: dict[int, Reply] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def say(self, action: str, number: int, **said: Any) -> None:
        # What it told may be heard before the call that it told it from has returned, or has begun at all.
        await asyncio.sleep(0)
        if action == "begin":
            self._tasks[number] = asyncio.create_task(self._begin(number, **said))
        elif action == "call":
            await self._call(number, **said)
        elif number not in self._replies:
            self._tasks[number].cancel()  # takes back what has no name yet
        elif action == "iterate":
            self._tasks[number] = asyncio.create_task(self._iterate(number, **said))
        elif action == "stop":
            self.tell(number, answer=(await self._replies[number].stop()).status)
        else:
            await getattr(self._replies[number], action)()

    async def close(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        for client in self._clients.values():
            await client.close()

    async def _begin(
        self, number: int, *, options: Json, verb: str, given: list[Any], known: Json, at: int | None = None
    ) -> None:
        client = self._clients[number] = ChatClient(**options) if at is None else self._clients[at]
        call = getattr(client, VERBS.get(verb, verb))
        with contextlib.suppress(ChatError):  # told by `on_error`
            self._replies[number] = await call(*given, **known, **self._callbacks(number))

    async def _call(self, number: int, *, options: Json, verb: str, given: list[Any]) -> None:
        async with ChatClient(**options) as client:
            try:
                self.tell(number, answer=await getattr(client, verb)(*given))
            except ChatError as error:
                self.tell(number, error=_told(error))

    async def _iterate(self, number: int, *, count: int = -1) -> None:
        async with self._replies[number] as reply:
            async for delta in reply:
                self.tell(number, yielded=asdict(delta))
                count -= 1
                if count == 0:
                    break
        self.tell(number, iterated=True)

    def _callbacks(self, number: int) -> dict[str, Any]:
        def closed(reply: Reply) -> None:
            told = {"status": reply.status, "text": reply.text, "id": reply.id}
            self.tell(number, closed=told)

        return {
            "on_open": lambda _reply: self.tell(number, open=True),
            "on_event": lambda event, _reply: self.tell(number, event=dict(event)),
            "on_delta": lambda delta, _reply: self.tell(number, delta=asdict(delta)),
            "on_error": lambda error, _reply: self.tell(number, error=_told(error)),
            "on_abort": lambda _reply: self.tell(number, aborted=True),
            "on_close": closed,
        }


def _told(error: ChatError) -> Json:
    return {
        "message": str(error),
        "status": error.status,
        "fields": dict(error.fields) if error.fields else None,
        "passing": error.passing,
    }
