"""A scripted provider: a real HTTP server that speaks the OpenAI protocol and fails in every way one can.

In a test: `async with scripted_upstream() as upstream:` gives a running server with `upstream.url` (the
base URL), `upstream.log` and `upstream.release()`. As a process: `python tests/scripted_upstream.py --port N`
prints its base URL and serves until it is killed.

What it answers is said by the request itself: the last user message that holds `script:` and, right after
it, a JSON object. Without one it sends five words. The fields, all optional:

What is sent
    text          the reply; default: `tokens` words `word0 word1 …`
    repeat        how many times the text is sent, for long replies to short questions; default 1
    before        what comes once, before it
    tokens        into how many pieces the text is cut; default 5, or one piece per character if fewer
    pieces        the pieces themselves, in place of text and tokens
    reasoning     thinking, sent before the text in pieces of 8 characters
    reasoning_repeat  how many times it is sent; default 1
    reasoning_field   "reasoning_content" (default) or "reasoning"
    finish_reason default "stop"; null sends none
    usage         an object, or false; default: estimated, and only when the request asked to include it
    done          false leaves `data: [DONE]` out
    headers       extra response headers, an object
    then          another script, for a request whose last user message is not the one with the script
                  (a `continue`)
    title         what a title request (not streamed, a system message with "title") is answered,
                  `title_delay` seconds late; `title_fail` is a status to refuse it with

How it is sent
    delay         seconds between pieces; default 0
    header_delay  seconds before the response's headers
    first_delay   seconds between the headers and the first piece
    batch         pieces in one write; default 1
    write         bytes in one write, so that frames and characters arrive split
    eol           "\\n" (default), "\\r\\n" or "\\r"
    comments      true puts `: comment` lines between events
    hold          after this many pieces wait for `upstream.release()` or POST /release

`fail`, and in which requests of the script: see `scripted_failures`.

Beside the protocol: GET /log is a list with an object for each request (`id, path, body, headers, title,
connection, received, text, reasoning, pieces, first_sent, finished, closed`; times are `time.monotonic()`,
which all processes of a machine share; `closed` is when the client closed before the answer was complete).
DELETE /log empties it. POST /release.
"""

import argparse
import asyncio
import contextlib
import json
import socket
import struct
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import scripted_failures as failures
from scripted_failures import Hangup
from scripted_frames import (
    Frames,
    completion,
    is_title,
    pieces_of,
    reasoning_of,
    script_in,
    steps_of,
    usage_of,
)
from scripted_http import ClientGone, Line

MODELS = ("scripted", "scripted-two")


@dataclass(slots=True)
class Entry:
    """One request, and what became of it."""

    id: int
    path: str
    body: Any
    headers: dict[str, str]
    connection: int
    received: float
    title: bool = False
    text: str = ""
    reasoning: str = ""
    pieces: int = 0
    first_sent: float | None = None
    finished: float | None = None
    closed: float | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    """Set once the request is answered, or its client gone."""

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__ if name != "done"}


class ScriptedUpstream:
    """The server. `models` is what it lists, None has no `/models` at all; `key` refuses other keys."""

    def __init__(
        self,
        *,
        models: tuple[str, ...] | None = MODELS,
        key: str | None = None,
        default: dict[str, Any] | None = None,
    ) -> None:
        self.models = models
        self.key = key
        self.default = default or {}
        """The script of requests that carry none."""
        self.log: list[Entry] = []
        self.connections = 0
        self.open_connections = 0
        self._released = asyncio.Event()
        self._calls: dict[str, int] = {}
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Condition()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def calls(self) -> list[Entry]:
        """The requests for completions that are no titles."""
        return [entry for entry in self.log if entry.path.endswith("/chat/completions") and not entry.title]

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port, limit=64 * 1024 * 1024)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    def release(self) -> None:
        """Let every request go on that waits in a `hold`, also those to come."""
        self._released.set()

    async def until(self, calls: int, pieces: int = 0) -> Entry:
        """Wait for that many completion requests, and for the last one to have sent so many pieces."""
        async with self._news:
            await self._news.wait_for(
                lambda: len(self.calls) >= calls and self.calls[calls - 1].pieces >= pieces
            )
        return self.calls[calls - 1]

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    # One connection

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self.open_connections += 1
        line = Line(reader, writer)
        try:
            await self._converse(line, self.connections)
        except Hangup as hangup:
            if hangup.reset:
                raw = writer.get_extra_info("socket")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
        except (ClientGone, ConnectionError):
            pass
        except asyncio.CancelledError:
            writer.transport.abort()  # the server stops, and waits for no client to read the rest
        finally:
            self.open_connections -= 1
            self._tasks.discard(task)
            await line.close()

    async def _converse(self, line: Line, connection: int) -> None:
        while True:
            request = await line.request()
            if request is None:
                return
            method, path, headers, body = request
            if path == "/log" or path == "/release":
                await self._serve_control(line, method, path)
                continue
            entry = Entry(len(self.log), path, _json_or_none(body), headers, connection, time.monotonic())
            self.log.append(entry)
            try:
                await self._serve(line, method, path, entry)
                entry.finished = time.monotonic()
            except (ClientGone, ConnectionError):
                entry.closed = time.monotonic()
                raise
            except Hangup:
                entry.finished = time.monotonic()
                raise
            finally:
                entry.done.set()
                await self._tell()

    async def _serve_control(self, line: Line, method: str, path: str) -> None:
        if path == "/release":
            self.release()
        elif method == "DELETE":
            self.log.clear()
        await line.answer(200, [entry.as_dict() for entry in self.log])

    async def _serve(self, line: Line, method: str, path: str, entry: Entry) -> None:
        if self.key is not None and entry.headers.get("authorization") != f"Bearer {self.key}":
            error = {
                "message": "Incorrect API key provided",
                "type": "invalid_request_error",
                "code": "invalid_api_key",
            }
            await line.answer(401, {"error": error})
        elif path.endswith("/models") and method == "GET" and self.models is not None:
            await line.answer(
                200, {"object": "list", "data": [{"id": name, "object": "model"} for name in self.models]}
            )
        elif path.endswith("/chat/completions") and method == "POST" and isinstance(entry.body, dict):
            script = self._script_of(entry.body)
            entry.title = is_title(entry.body)
            await self._tell()
            if entry.title:
                await self._serve_title(line, entry, script)
            else:
                await self._complete(line, entry, script)
        else:
            await line.answer(
                404, {"error": {"message": "Not found", "type": "invalid_request_error", "code": None}}
            )

    def _script_of(self, body: dict[str, Any]) -> dict[str, Any]:
        try:
            script = script_in(body.get("messages") or [])
        except json.JSONDecodeError:
            if not is_title(body):
                raise
            script = None  # a title is made of a question's beginning: a long script is cut
        return self.default if script is None else script

    async def _serve_title(self, line: Line, entry: Entry, script: dict[str, Any]) -> None:
        await line.pause(script.get("title_delay", 0))
        if "title_fail" in script:
            await line.answer(
                script["title_fail"], {"error": {"message": "No title today", "type": "server_error"}}
            )
            return
        entry.text = script.get("title", "A scripted title")
        await line.answer(200, completion(entry.body, entry.text, "", "stop", None))

    async def _complete(self, line: Line, entry: Entry, script: dict[str, Any]) -> None:
        fail = self._fault(script, entry.body)
        await line.pause(script.get("header_delay", 0))
        if await failures.in_place_of_an_answer(line, fail, script, entry.body):
            return
        if fail == "json" or not entry.body.get("stream"):
            entry.text, entry.reasoning = "".join(pieces_of(script)), reasoning_of(script)
            usage = usage_of(script, entry.text, asked=True)
            reason = script.get("finish_reason", "stop")
            await line.answer(200, completion(entry.body, entry.text, entry.reasoning, reason, usage))
        else:
            await self._stream(line, entry, script, fail)

    def _fault(self, script: dict[str, Any], body: dict[str, Any]) -> str | None:
        key = json.dumps(script, sort_keys=True)
        self._calls[key] = self._calls.get(key, 0) + 1
        fail = script.get("fail")
        if self._calls[key] > script.get("times", self._calls[key]):
            return None
        if fail == "reject" and not any(name in body for name in script["params"]):
            return None
        return fail

    async def _stream(self, line: Line, entry: Entry, script: dict[str, Any], fail: str | None) -> None:
        await line.begin(script.get("headers", {}))
        if fail == "empty":
            await line.end()
            return
        frames = Frames(entry.body, script)
        await line.pause(script.get("first_delay", 0))
        waiting = b""
        in_batch = 0
        for name, piece in steps_of(script):
            if name == "text" and fail is not None and entry.pieces >= script.get("after", 2):
                break
            if name == "text" and script.get("hold") == entry.pieces:
                await line.send(waiting, script)
                waiting = b""
                await line.wait_for(self._released)
            if (entry.pieces or entry.reasoning) and script.get("delay"):
                await line.send(waiting, script)
                waiting = b""
                await line.pause(script["delay"])
            waiting += frames.delta(name, piece)
            in_batch += 1
            if in_batch >= script.get("batch", 1):
                await line.send(waiting, script)
                waiting, in_batch = b"", 0
            entry.first_sent = entry.first_sent or time.monotonic()
            if name == "text":
                entry.text += piece
                entry.pieces += 1
                await self._tell()
            else:
                entry.reasoning += piece
        await line.send(waiting, script)
        if script.get("hold") == entry.pieces:
            await line.wait_for(self._released)
        if fail is not None:
            await failures.in_the_middle(line, fail, frames, script)
        if fail != "no-finish":
            await line.send(frames.finish(entry.text), script)
        await line.end()


def _json_or_none(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


@contextlib.asynccontextmanager
async def scripted_upstream(**options: Any) -> AsyncIterator[ScriptedUpstream]:
    """A running server on a free port of loopback."""
    upstream = ScriptedUpstream(**options)
    await upstream.start()
    try:
        yield upstream
    finally:
        await upstream.stop()


async def _serve_for_ever(port: int, models: tuple[str, ...] | None, key: str | None) -> None:
    upstream = ScriptedUpstream(models=models, key=key)
    await upstream.start(port)
    print(upstream.url, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--models", default=",".join(MODELS), help="comma-separated; empty: no /models")
    parser.add_argument("--key", help="refuse every other key")
    arguments = parser.parse_args()
    names = tuple(filter(None, arguments.models.split(","))) or None
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve_for_ever(arguments.port, names, arguments.key))
