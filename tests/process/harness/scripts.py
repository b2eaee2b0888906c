"""Questions that carry a script for the provider, and what the provider's log says about them."""

import itertools
import json
import os
import re
import time
from collections.abc import Callable
from typing import Any

import aiohttp
from process.harness.waiting import until

_numbers = itertools.count()
_MARK = re.compile(r"\bq\d+x\d+x")

SCRIPTS = (
    "CJK 世界 汉字, emoji 👩‍👩‍👧‍👦🏳️‍🌈😀, combining e\u0301 n\u0303 ก็, "
    'breaks \u0085\u2028\u2029 and \\u2028 "quoted" & <b>. '
)
"""Text of every kind that a careless count, cut or escape gets wrong."""

STALLED = {"tokens": 20, "fail": "stall", "after": 3}
"""Three words, and then a provider that sends no more and stays connected."""


def question(**script: Any) -> str:
    """A question of its own: its first word is found nowhere else, and no other counts to its `times`."""
    mark = f"q{os.getpid()}x{next(_numbers)}x"
    return f"{mark} script: {json.dumps({**script, 'mark': mark})}"


def words(count: int) -> str:
    """What the provider sends for `tokens=count`."""
    return "".join(f"word{number} " for number in range(count))


def _mark(content: str) -> str:
    return content.partition(" ")[0]


class ProviderLog:
    """What the scripted provider noted of the requests that it got."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url

    async def of(self, content: str, *, titles: bool = False) -> list[dict[str, Any]]:
        """The requests whose messages hold this question."""
        return self.among(await self.entries(), content, titles=titles)

    async def entries(self) -> list[dict[str, Any]]:
        """All requests."""
        async with self._http.get(f"{self._url}/log") as response:
            entries: list[dict[str, Any]] = await response.json()
            return entries

    @staticmethod
    def among(entries: list[dict[str, Any]], content: str, *, titles: bool = False) -> list[dict[str, Any]]:
        """Those whose messages hold this question."""
        mark = _mark(content)
        return [
            entry
            for entry in entries
            if entry["path"].endswith("/completions")
            and bool(entry["body"].get("stream")) != titles
            and mark in json.dumps(entry["body"].get("messages"))
        ]

    @staticmethod
    def by_question(entries: list[dict[str, Any]]) -> Callable[[str], list[dict[str, Any]]]:
        """The same of many questions: what streams is looked through once."""
        found: dict[str, list[dict[str, Any]]] = {}
        for entry in entries:
            if entry["path"].endswith("/completions") and entry["body"].get("stream"):
                for mark in set(_MARK.findall(json.dumps(entry["body"].get("messages")))):
                    found.setdefault(mark, []).append(entry)
        return lambda content: found.get(_mark(content), [])

    async def reached(self, content: str, pieces: int = 0) -> dict[str, Any]:
        """The request of this question as soon as that many pieces were sent."""

        async def look() -> dict[str, Any] | None:
            entries = await self.of(content)
            return entries[-1] if entries and entries[-1]["pieces"] >= pieces else None

        entry = await until(look, what=f"piece {pieces} of the provider")
        assert entry is not None
        return entry

    async def closed(self, content: str) -> dict[str, Any]:
        """The request of this question once its client, our server, had closed it."""

        async def look() -> dict[str, Any] | None:
            entries = await self.of(content)
            return entries[-1] if entries and entries[-1]["closed"] else None

        entry = await until(look, what="the close of the provider's connection")
        assert entry is not None
        return entry

    async def clear(self) -> None:
        async with self._http.delete(f"{self._url}/log") as response:
            await response.read()


def now() -> float:
    """The clock of the provider's log: all processes of a machine share it."""
    return time.monotonic()
