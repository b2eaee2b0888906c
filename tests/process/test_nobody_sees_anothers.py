"""Random calls of several users at once, with each other's ids and positions: nobody sees another's words.

Everything that a user writes or is answered holds a word of their own; no answer to anybody else may hold it.
"""

import asyncio
import json
import os
import random
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import aiohttp
import pytest
from process.harness.browser_session import BrowserSession
from process.harness.calls import Api, caller
from process.harness.people import Person
from process.harness.processes import Server
from process.harness.scripts import question
from process.harness.sockets import Socket

pytestmark = pytest.mark.process

STEPS = int(os.environ.get("TEST_PROCESS_STEPS", "120"))
"""Of each user."""
NAMES = ("alice", "bob", "stranger38", "stranger39")


@dataclass(slots=True)
class World:
    """What all of them know: whatever somebody got to see once, the others use."""

    conversations: list[str] = field(default_factory=lambda: [str(uuid.uuid4())])
    messages: list[str] = field(default_factory=lambda: [str(uuid.uuid4())])
    attachments: list[str] = field(default_factory=lambda: [str(uuid.uuid4())])
    positions: list[str] = field(default_factory=lambda: ["1"])
    keys: tuple[str, ...] = tuple(f"a key that all use {number}" for number in range(8))
    shown: Counter[str] = field(default_factory=Counter)
    """How often somebody was shown a word of their own."""


class Somebody:
    """A user, and what they do next. `page` is their browser, where they have one."""

    def __init__(self, api: Api, page: BrowserSession | None, world: World, seed: int) -> None:
        self.mark = f"zq{uuid.uuid4().hex}"
        self.others: list[str] = []
        self._api = api
        self._page = page
        self._world = world
        self._chance = random.Random(seed)

    async def act(self) -> None:
        ways = (*BY_API, *BY_PAGE) if self._page is not None else BY_API
        await self._chance.choice(ways)(self)

    def _look(self, what: str, seen: bytes | str) -> None:
        text = seen if isinstance(seen, str) else seen.decode(errors="replace")
        for other in self.others:
            assert other not in text, f"{what} showed another's words: {text[:500]}"
        self._world.shown[self.mark] += self.mark in text

    async def _call(self, method: str, path: str, body: object = None, **request: object) -> bytes:
        api = self._api
        if self._page is not None and self._chance.random() < 0.3:
            api = self._page.writing
        answer = await api.call(method, path, body, **request)
        assert answer.status < 500 or answer.status in (502, 503, 504), f"{method} {path}: {answer.status}"
        self._look(f"{method} {path}", answer.body)
        self._look(f"{method} {path}", str(dict(answer.headers)))
        self._remember(answer.headers)
        return answer.body

    def _remember(self, headers: Mapping[str, str]) -> None:
        if "X-Message-Id" in headers:
            self._world.messages.append(headers["X-Message-Id"])
        if "X-Conversation-Id" in headers:
            self._world.conversations.append(headers["X-Conversation-Id"])

    def _one(self, known: list[str]) -> str:
        """Mostly of the last ones, which may still run."""
        return self._chance.choice(known[-12:] if self._chance.random() < 0.8 else known)

    def _question(self) -> str:
        text = f"{self.mark} " * self._chance.randrange(2, 20)
        return f"{self.mark} {question(text=text, tokens=10, delay=self._chance.choice([0, 0.02, 0.2]))}"

    async def ask(self) -> None:
        body: dict[str, object] = {"content": self._question(), "background": self._chance.random() < 0.5}
        if self._chance.random() < 0.5:
            body["conversation"] = self._one(self._world.conversations)
        if self._chance.random() < 0.3:
            body["parent"] = self._one(self._world.messages)
        if self._chance.random() < 0.2:
            body["attachments"] = [self._one(self._world.attachments)]
        headers = {}
        if self._chance.random() < 0.4:
            headers["Idempotency-Key"] = self._chance.choice(self._world.keys)
        if self._chance.random() < 0.1:
            headers["Last-Event-ID"] = self._one(self._world.positions)
        self._note(await self._call("POST", "chat", body, headers=headers))

    async def ask_as_openai_does(self) -> None:
        body = {"model": "scripted", "stream": self._chance.random() < 0.5}
        body["messages"] = [{"role": "user", "content": self._question()}]
        headers = {}
        if self._chance.random() < 0.5:
            headers["X-Conversation-Id"] = self._one(self._world.conversations)
        if self._chance.random() < 0.3:
            headers["Idempotency-Key"] = self._chance.choice(self._world.keys)
        await self._call("POST", "/v1/chat/completions", body, headers=headers)

    async def follow(self) -> None:
        form = self._chance.choice(["sse", "ndjson", "text", "openai"])
        headers = {}
        if self._chance.random() < 0.5:
            headers["Last-Event-ID"] = self._one(self._world.positions)
        path = f"messages/{self._one(self._world.messages)}/stream?format={form}"
        self._note(await self._call("GET", path, headers=headers))

    def _note(self, body: bytes) -> None:
        for line in body.splitlines():
            if line.startswith(b"id: "):
                self._world.positions.append(line[4:].decode())

    async def touch_a_message(self) -> None:
        message = self._one(self._world.messages)
        method, path, body = self._chance.choice(
            [
                ("GET", "", None),
                ("POST", "/stop", None),
                ("POST", "/regenerate", {"background": True}),
                ("POST", "/continue", {"background": True}),
                ("PUT", "/feedback", {"rating": 1, "comment": self.mark}),
                ("POST", "/report", {"reason": self.mark}),
                ("DELETE", "", None),
                ("POST", "/restore", None),
            ]
        )
        await self._call(method, f"messages/{message}{path}", body)

    async def touch_a_conversation(self) -> None:
        conversation = self._one(self._world.conversations)
        method, path, body = self._chance.choice(
            [
                ("GET", "", None),
                ("GET", "/export", None),
                ("PATCH", "", {"title": self.mark}),
                ("PATCH", "", {"active": self._one(self._world.messages)}),
                ("DELETE", "", None),
                ("POST", "/restore", None),
            ]
        )
        await self._call(method, f"conversations/{conversation}{path}", body)

    async def list_and_search(self) -> None:
        word = self._chance.choice(
            [self.mark, *self.others]
        )  # its beginning: what one asks for may come back
        await self._call("GET", self._chance.choice(["conversations", f"conversations?q={word[:12]}"]))

    async def give_a_file(self) -> None:
        data = f"{self.mark} in a file".encode()
        headers = {"Content-Type": "text/plain"}
        body = await self._call("POST", f"attachments?name={self.mark}.txt", headers=headers, data=data)
        made = json.loads(body)
        if "id" in made:
            self._world.attachments.append(made["id"])

    async def take_a_file(self) -> None:
        await self._call("GET", f"attachments/{self._one(self._world.attachments)}")

    async def use_a_socket(self) -> None:
        async with Socket.open(self._api.url, self._api.headers) as socket:
            await socket.send({"type": "watch"})
            for number in range(6):
                reply = self._one(self._world.messages)
                kind = self._chance.choice(["follow", "stop", "regenerate", "continue", "unfollow", "send"])
                frame = {"type": kind, "ref": f"r{number}"}
                if kind == "send":
                    frame |= {"content": self._question()}
                else:
                    frame |= {"reply" if kind in ("follow", "stop", "unfollow") else "message": reply}
                await socket.send(frame)
            await socket.send({"type": "ping"})
            while (answer := await socket.event()) is not None and answer["type"] != "pong":
                self._look("a socket", json.dumps(answer))

    async def open_a_page(self) -> None:
        assert self._page is not None
        conversation, message = self._one(self._world.conversations), self._one(self._world.messages)
        path = self._chance.choice(
            [
                "/",
                f"/c/{conversation}/",
                f"/c/{conversation}/transcript/",
                f"/c/{conversation}/item/",
                f"/c/{conversation}/export/?form=json",
                f"/c/{conversation}/messages/{message}/",
                f"/search/?q={self._chance.choice([self.mark, *self.others])[:12]}",
                "/conversations/",
                "/settings/shared/",
                "/settings/data/",
            ]
        )
        answer = await self._page.reading.call("GET", path)
        assert answer.status < 500, f"{path}: {answer.status}"
        self._look(path, answer.body)

    async def share(self) -> None:
        assert self._page is not None
        conversation = self._one(self._world.conversations)
        answer = await self._page.writing.call("POST", f"/c/{conversation}/share/", data={})
        self._look("sharing", answer.body)


BY_API: tuple[Callable[[Somebody], Awaitable[None]], ...] = (
    Somebody.ask,
    Somebody.ask,
    Somebody.ask_as_openai_does,
    Somebody.follow,
    Somebody.follow,
    Somebody.touch_a_message,
    Somebody.touch_a_message,
    Somebody.touch_a_conversation,
    Somebody.touch_a_conversation,
    Somebody.list_and_search,
    Somebody.give_a_file,
    Somebody.take_a_file,
    Somebody.use_a_socket,
)
BY_PAGE: tuple[Callable[[Somebody], Awaitable[None]], ...] = (Somebody.open_a_page, Somebody.share)


async def test_random_calls_show_nobody_anothers_words(
    http: aiohttp.ClientSession, server: Server, people: Mapping[str, Person]
) -> None:
    seed = int(os.environ.get("TEST_PROCESS_SEED", "20260101"))
    world = World()
    cast = []
    for number, name in enumerate(NAMES):
        page = None
        if name in ("alice", "bob"):
            page = BrowserSession(Api(http, server.url))
            await page.sign_in(name)
        cast.append(Somebody(caller(http, server.url, people[name]), page, world, seed + number))
    for one in cast:
        one.others = [other.mark for other in cast if other is not one]

    async def live(one: Somebody) -> None:
        for _ in range(STEPS):
            await one.act()

    await asyncio.gather(*map(live, cast))
    print(f"\n{STEPS * len(cast)} calls, seed {seed}; shown to their own: {sorted(world.shown.values())}")
    assert all(world.shown[one.mark] > STEPS / 10 for one in cast), "they see their own words"
