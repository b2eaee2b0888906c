"""The asynchronous client of the chat server: ask, follow, stop, abort, by SSE or WebSocket.

It comes back by itself after a lost connection, goes on at the exact character, and asks nothing twice.
One file that needs Python 3.11 and `aiohttp`: copy it, or put its folder on the path. See docs/clients.md.

    async with ChatClient("http://127.0.0.1:8000", key="chat-…") as client:
        async for delta in await client.ask("Why is the sky blue?"):
            print(delta.text, end="", flush=True)
"""

import asyncio
import codecs
import contextlib
import json
import random
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote

import aiohttp

__all__ = ["ChatClient", "ChatError", "Delta", "Reply"]

ABORT_SECONDS = 2.0
"""The longest that `abort` waits for the server to hear of it; it is told behind, if it takes longer."""
PING = 15.0
"""Seconds between two questions whether the server is there, over a socket."""
LARGEST_FRAME = 1 << 20
"""Bytes. The server closes a socket on more."""
_SOON = frozenset({0, 408, 425, 429, 500, 502, 503, 504})
_SOCKET_REFUSALS = {4401: 401, 4403: 403, 4429: 429}

Json = dict[str, Any]
Callback = Callable[..., object]


class ChatError(Exception):
    """Why something did not work: the server's refusal with its sentence, or no connection."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        fields: Mapping[str, Any] | None = None,
        retry_after: float = 0.0,
        passing: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        """HTTP's; 0 where nobody answered, and on a WebSocket."""
        self.fields = fields
        """The server's own type, code, message and param; None where somebody else answered, or nobody."""
        self.retry_after = retry_after
        """Seconds after which the server wants to be asked again."""
        self.passing = status in _SOON if passing is None else passing
        """Whether the same may work later. Told to `on_error`: it is tried again by itself."""

    @property
    def code(self) -> str:
        return str((self.fields or {}).get("code", ""))


@dataclass(frozen=True, slots=True)
class Delta:
    """`text` stands at `offset`, in code points; nothing stands behind it."""

    offset: int
    text: str


class Reply:
    """A reply as it comes: its text so far, its status, and an asynchronous iterator of what is added.

    As a context manager it is aborted where the block is left before its end.
    """

    def __init__(
        self,
        client: "ChatClient",
        wanted: "_Wanted",
        callbacks: Mapping[str, Callback],
        text: str = "",
        reasoning: str = "",
    ) -> None:
        self.id = wanted.reply
        self.request: str | None = None
        self.conversation: str | None = None
        self.model: str | None = None
        self.status = "opening"
        """Then `streaming`; at last `complete`, `stopped`, `interrupted` or `failed`.

        Or what became of it here: `aborted`, `left`, `refused`.
        """
        self.finish_reason: str | None = None
        self.usage: Json | None = None
        self.error: Mapping[str, Any] | ChatError | None = None
        self.last_event_id = wanted.at
        """Where it stands: with the text so far, it can be followed from here by another client."""
        self._client = client
        self._callbacks = callbacks
        self._text = _Transcript(text)
        self._given = len(text)
        self._reasoning = _Transcript(reasoning)
        self._cursors: list[_Cursor] = []
        self._changed = asyncio.Event()
        self._named = asyncio.Event()
        self._over = asyncio.Event()
        # Where its last connection goes.
        self._ends_alone = wanted.begin is not None and wanted.begin.body.get("resume_window") == 0
        self._aborts = False
        self._waits = False
        if self.id is not None:
            self._named.set()
        self._close = client._connect(wanted, self)

    @property
    def text(self) -> str:
        return self._text.text

    @property
    def reasoning(self) -> str:
        return self._reasoning.text

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self._over.is_set()

    async def finished(self) -> Self:
        """When nothing more comes, however it ended. Raises `ChatError` where it was refused."""
        await self._over.wait()
        if isinstance(self.error, ChatError):
            raise self.error
        return self

    async def stop(self) -> Self:
        """End it, for whoever follows it: its last words still come, and this returns when they are saved."""
        if not self.is_over and self.id is not None:
            await self._client.stop(self.id)
        return await self.finished()

    async def abort(self) -> None:
        """End it, and hear no more of it: what had arrived is saved."""
        if self.is_over:
            return
        self._aborts = True
        ending = self._abandon() if self.id is not None or self._ends_alone else None
        self._end_here("aborted", "on_abort")
        if ending is not None:
            await asyncio.wait({ending}, timeout=ABORT_SECONDS)

    async def leave(self) -> None:
        """Hear no more of it. Whether it runs on is up to its `resume_window`."""
        if not self.is_over:
            self._close()
            self._end_here("left")

    async def __aiter__(self) -> AsyncIterator[Delta]:
        """What has come, in one piece, and then what comes. Raises `ChatError` where it is refused."""
        # What this loop has not had yet: so a slow one gets longer pieces, and no queue.
        offset = min(self._given, self._text.length)
        cursor = _Cursor(offset, _Transcript(self.text[offset:]))
        self._cursors.append(cursor)
        try:
            while True:
                changed = self._changed  # before the look: nothing slips in between
                if cursor.is_cut or cursor.rest.length:
                    yield cursor.take()
                elif self.is_over:
                    break
                else:
                    await changed.wait()
            await self.finished()
        finally:
            self._cursors.remove(cursor)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.abort()

    # What brings the reply tells it here: a connection is open, an event came, it was lost, it is refused.

    def _opened(self) -> None:
        if not self._aborts:
            self._tell("on_open")

    def _take(self, event: Json) -> bool:
        """False where a piece before this event is missing: it must come from the beginning."""
        if event["type"] == "start":
            self.id = event["reply"]
            self._waits = False
            self._named.set()
        if self._aborts:
            if self.id is not None:
                self._abandon()
            return True
        if self._waits or self.is_over:
            return True
        self.status = "streaming"
        if event["type"] == "start":
            self.request, self.conversation = event["request"], event["conversation"]
            self.model = event["model"]
        self._tell("on_event", event)
        match event["type"]:
            case "delta":
                if not self._grow(self._text, event, "on_delta"):
                    return self._anew()
            case "reasoning":
                if not self._grow(self._reasoning, event, "on_reasoning"):
                    return self._anew()
            case "end":
                self._end(event)
        if event.get("id"):
            self.last_event_id = event["id"]
        return True

    def _lost(self, error: ChatError) -> None:
        if not self._aborts:
            self._tell("on_error", error)

    def _refused(self, error: ChatError) -> None:
        self._close()
        if not self.is_over:
            self.error = error
            self._tell("on_error", error)
            self._end_here("refused")

    def _grow(self, transcript: "_Transcript", event: Json, name: str) -> bool:
        delta = transcript.grow(event["offset"], event["text"])
        if isinstance(delta, Delta):
            self._show(transcript, delta, name)
        return delta is not False

    def _show(self, transcript: "_Transcript", delta: Delta, name: str) -> None:
        if transcript is self._text:
            for cursor in self._cursors:
                cursor.put(delta)
            self._wake()
        self._tell(name, delta)

    def _anew(self) -> bool:
        self._waits = True
        self.last_event_id = None
        return False

    def _end(self, event: Json) -> None:
        # Of a server that was killed: what was shown and could not be saved.
        if event["length"] < self._text.length:
            self._text.cut(event["length"])
            self._show(self._text, Delta(event["length"], ""), "on_delta")
        self.finish_reason, self.usage, self.error = event["finish_reason"], event["usage"], event["error"]
        self._close()
        self._end_here(event["status"])

    def _abandon(self) -> "asyncio.Task[None] | None":
        self._close()
        if self.id is None or self._ends_alone:
            return None
        return self._client._stop_unheard(self.id)

    def _end_here(self, status: str, name: str | None = None) -> None:
        self.status = status
        self._over.set()
        self._named.set()
        self._wake()
        if name is not None:
            self._tell(name)
        self._tell("on_close")

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _tell(self, name: str, *told: object) -> None:
        """What a callback raises is its owner's, and not for the connection to break at."""
        callback = self._callbacks.get(name)
        if callback is None:
            return
        try:
            callback(*told, self)
        except Exception as error:  # noqa: BLE001 (the loop's handler tells it)
            loop = asyncio.get_running_loop()
            loop.call_exception_handler({"message": f"{name} of a chat reply raised", "exception": error})


class ChatClient:
    """A caller of one chat server, with an API key. As a context manager it closes its connections.

    `transport`: a request for each reply, or one socket for all. `render`: "html" to get `block` events too.
    `patience`: seconds without the server after which a reply is given up. `silence`: seconds of silence
    after which a connection is; the server says something every 15.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str,
        transport: Literal["sse", "websocket"] = "sse",
        render: Literal["html"] | None = None,
        patience: float = 60.0,
        silence: float = 40.0,
    ) -> None:
        if transport not in ("sse", "websocket"):
            raise ValueError(f'transport is "sse" or "websocket", not {transport!r}')
        self.url = url.rstrip("/")
        self.transport = transport
        self.render = render
        self.patience = patience
        self.silence = silence
        self.headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        self._session: aiohttp.ClientSession | None = None
        self._shared: _SharedSocket | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, question: str | Mapping[str, Any], **callbacks: Callback) -> Reply:
        """Ask a text, or the fields of `POST /api/v1/chat`. The reply, once it has begun. Raises `ChatError`.

        Callbacks, each with the reply last: `on_open`, `on_delta`, `on_reasoning`, `on_event`, `on_abort`,
        `on_error`, `on_close`.
        """
        body = {"content": question} if isinstance(question, str) else dict(question)
        return await self._begin("chat", body, callbacks)

    async def regenerate(self, message: str, fields: Mapping[str, Any] = {}, **callbacks: Callback) -> Reply:
        """Another reply beside this one; or the first one, to a question."""
        return await self._begin(f"messages/{quote(message, safe='')}/regenerate", dict(fields), callbacks)

    async def continue_(
        self,
        message: str,
        fields: Mapping[str, Any] = {},
        *,
        text: str = "",
        reasoning: str = "",
        **callbacks: Callback,
    ) -> Reply:
        """More of a reply that was cut off, in the same message. `text`: what it has so far."""
        return await self._begin(
            f"messages/{quote(message, safe='')}/continue", dict(fields), callbacks, text, reasoning
        )

    async def follow(
        self,
        reply: str,
        *,
        last_event_id: str | None = None,
        text: str = "",
        reasoning: str = "",
        **callbacks: Callback,
    ) -> Reply:
        """Follow a reply, whoever asked for it. A position goes with the text up to it."""
        return Reply(self, _Wanted(reply=reply, at=last_event_id), callbacks, text, reasoning)

    async def begin(self, question: str | Mapping[str, Any]) -> Json:
        """Ask in the background: the ids come at once, and the reply runs to its end whoever follows it."""
        body = {"content": question} if isinstance(question, str) else dict(question)
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        ids: Json = await self._again("POST", "chat", {**body, "background": True}, headers)
        return ids

    async def stop(self, reply: str) -> Json:
        """Stop a reply, wherever it runs; the message as it was saved."""
        message: Json = await self._again("POST", f"messages/{quote(reply, safe='')}/stop")
        return message

    async def message(self, message: str) -> Json:
        """A message as it is saved now."""
        found: Json = await self.call("GET", f"messages/{quote(message, safe='')}")
        return found

    async def call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Any call below `/api/v1/`: its JSON, None where there is none. Raises `ChatError`."""
        address = f"{self.url}/api/v1/{path}"
        try:
            async with (
                asyncio.timeout(self.silence),
                self.session.request(method, address, json=body, headers=headers) as response,
            ):
                if response.status >= 400:
                    raise await _refusal(response)
                return None if response.status == 204 else await response.json()
        except (TimeoutError, aiohttp.ClientError, ConnectionError) as error:
            raise _trouble(error) from error

    @property
    def session(self) -> aiohttp.ClientSession:
        """The connections; made when the first one is wanted."""
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=10)
            connector = aiohttp.TCPConnector(limit=0)
            self._session = aiohttp.ClientSession(
                headers=self.headers,
                timeout=timeout,
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections. What still runs is left, as its `resume_window` says."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _begin(
        self,
        path: str,
        body: Json,
        callbacks: Mapping[str, Callback],
        text: str = "",
        reasoning: str = "",
    ) -> Reply:
        begin = _Begin(path, body, secrets.token_hex(16))
        reply = Reply(self, _Wanted(begin=begin), callbacks, text, reasoning)
        try:
            await reply._named.wait()
        except asyncio.CancelledError:
            await reply.abort()
            raise
        if isinstance(reply.error, ChatError):
            raise reply.error
        return reply

    def _connect(self, wanted: "_Wanted", reply: Reply) -> Callable[[], object]:
        if self.transport == "sse":
            return _Stream(self, wanted, reply).close
        if self._shared is None or self._shared.is_over:
            self._shared = _SharedSocket(self)
        return self._shared.join(wanted, reply)

    def _own(self, work: Any) -> "asyncio.Task[None]":
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _stop_unheard(self, reply: str) -> "asyncio.Task[None]":
        # Where this does not arrive the reply's `resume_window` ends it.
        async def stop() -> None:
            with contextlib.suppress(ChatError):
                await self.stop(reply)

        return self._own(stop())

    async def _again(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """A call that does no harm twice, until it arrives."""
        backoff, since = _Backoff(), time.monotonic()
        while True:
            try:
                return await self.call(method, path, body, headers)
            except ChatError as error:
                if not error.passing or time.monotonic() - since > self.patience:
                    raise
                await asyncio.sleep(max(backoff.next(), error.retry_after))


@dataclass(frozen=True, slots=True)
class _Begin:
    path: str
    body: Json
    key: str


@dataclass(slots=True)
class _Wanted:
    begin: _Begin | None = None
    reply: str | None = None
    at: str | None = None


class _Stream:
    """One reply over server-sent events: a request of its own, made again where it was lost."""

    def __init__(self, client: ChatClient, wanted: _Wanted, reply: Reply) -> None:
        self._client = client
        self._wanted = wanted
        self._reply = reply
        self._backoff = _Backoff()
        self._heard = time.monotonic()
        self._is_closed = False
        self._task = client._own(self._run())

    def close(self) -> None:
        self._is_closed = True
        if asyncio.current_task() is not self._task:
            self._task.cancel()

    def _is_left(self) -> bool:
        return self._is_closed

    async def _run(self) -> None:
        while not self._is_left():
            try:
                await self._once()
                trouble = ChatError("The connection was lost.")
            except Exception as error:  # noqa: BLE001 (whatever it is, the reply's owner is told)
                trouble = _trouble(error)
            if self._is_left():
                return
            wait = max(self._backoff.next(), trouble.retry_after)
            if not trouble.passing or time.monotonic() - self._heard + wait > self._client.patience:
                self._reply._refused(trouble)
                return
            self._reply._lost(trouble)
            await asyncio.sleep(wait)

    async def _once(self) -> None:
        wanted, client = self._wanted, self._client
        method, path, body = "GET", f"messages/{quote(str(wanted.reply), safe='')}/stream", None
        headers = {"Accept": "text/event-stream"}
        # Until an event told a position the same call is made again: its key joins what had begun.
        if wanted.begin is not None and wanted.at is None:
            method, path, body = "POST", wanted.begin.path, wanted.begin.body
            headers["Idempotency-Key"] = wanted.begin.key
        elif wanted.at is not None:
            headers["Last-Event-ID"] = wanted.at
        query = {"render": client.render} if client.render else {}
        address = f"{client.url}/api/v1/{path}"
        async with contextlib.AsyncExitStack() as stack:
            async with asyncio.timeout(client.silence):
                calling = client.session.request(method, address, json=body, headers=headers, params=query)
                response = await stack.enter_async_context(calling)
            if response.status == 204:
                await _ended_before(client, str(wanted.reply), self._reply)
                return
            if response.status >= 400:
                raise await _refusal(response)
            if response.content_type != "text/event-stream":
                where = "No event stream came. Is this the chat server's address?"
                raise ChatError(where, status=response.status)
            await self._read(response.content)

    async def _read(self, content: aiohttp.StreamReader) -> None:
        parser, is_open = _EventStream(), False
        while not self._is_closed:
            async with asyncio.timeout(self._client.silence):
                data = await content.readany()
            if not data:
                return
            for event in parser.feed(data):
                self._heard = time.monotonic()
                if not is_open:  # a server that goes writes neither event nor comment, only when to come back
                    is_open = True
                    self._backoff.reset()
                    self._reply._opened()
                if event is not None and not self._is_closed and not self._take(event):
                    return

    def _take(self, event: Json) -> bool:
        wanted = self._wanted
        wanted.reply = wanted.reply or event.get("reply")
        if self._reply._take(event):
            wanted.at = event.get("id") or wanted.at
            return True
        wanted.begin = wanted.at = None  # all of it, from its beginning
        return False


async def _ended_before(client: ChatClient, id_: str, reply: Reply) -> None:
    """It stood at the very end: only the saved message can say which."""
    saved = await client.message(id_)
    if saved["status"] != "streaming":
        end = {name: saved[name] for name in ("status", "finish_reason", "usage", "error")}
        reply._take({"type": "end", "reply": id_, "length": len(saved["content"]), **end})


@dataclass(eq=False, slots=True)
class _Reader:
    wanted: _Wanted
    reply: Reply
    ref: str = field(default_factory=lambda: secrets.token_hex(8))
    backoff: "_Backoff" = field(default_factory=lambda: _Backoff())
    since: float = field(default_factory=time.monotonic)


class _SharedSocket:
    """Replies of a client over one WebSocket, which is there while there are any."""

    def __init__(self, client: ChatClient) -> None:
        self.is_over = False
        self._client = client
        self._readers: list[_Reader] = []
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._backoff = _Backoff()
        self._heard = time.monotonic()
        self._task = client._own(self._run())

    def join(self, wanted: _Wanted, reply: Reply) -> Callable[[], object]:
        reader = _Reader(wanted, reply)
        self._readers.append(reader)
        self._client._own(self._begin(reader, opens=True))
        return lambda: self._leave(reader)

    async def _run(self) -> None:
        while not self.is_over:
            try:
                await self._once()
                trouble = ChatError("The connection was lost.")
            except Exception as error:  # noqa: BLE001 (whatever it is, the replies' owners are told)
                trouble = _trouble(error)
            self._socket = None
            wait = self._backoff.next()
            given_up = time.monotonic() - self._heard + wait > self._client.patience
            for reader in list(self._readers):
                if given_up or not trouble.passing:
                    reader.reply._refused(trouble)
                else:
                    reader.reply._lost(trouble)
            if not self.is_over:
                await asyncio.sleep(wait)

    async def _once(self) -> None:
        """One connection, to its end."""
        address = f"{self._client.url.replace('http', 'ws', 1)}/ws/chat/"
        # A ping that is not answered in half its time ends the connection.
        heartbeat = min(PING, self._client.silence * 2 / 3)
        connecting = self._client.session.ws_connect(
            address, protocols=("chat.v1",), heartbeat=heartbeat, max_msg_size=0
        )
        async with connecting as socket:
            # The server accepts every socket, and says by its first frame that it may stay.
            await socket.send_json({"type": "ping"})
            async for message in socket:
                if self._socket is None:
                    self._socket = socket
                    self._backoff.reset()
                    for reader in list(self._readers):
                        await self._begin(reader, opens=True)
                self._heard = time.monotonic()
                await self._take(json.loads(message.data))
                if self.is_over:
                    return
            if status := _SOCKET_REFUSALS.get(socket.close_code or 0):
                raise ChatError(_WHY.get(status, "The connection was lost."), status=status)

    async def _begin(self, reader: _Reader, *, opens: bool = False) -> None:
        """Ask for what it wants, from where it stands. Where no socket is open, the next one does it."""
        socket, wanted = self._socket, reader.wanted
        if socket is None or reader not in self._readers:
            return
        frame: Json = {"ref": reader.ref, "render": self._client.render}
        if wanted.begin is not None and wanted.at is None:
            *_, message, verb = ["", *wanted.begin.path.split("/")]
            frame |= wanted.begin.body | {"idempotency_key": wanted.begin.key}
            frame |= {"type": "send"} if verb == "chat" else {"type": verb, "message": message}
        else:
            frame |= {"type": "follow", "reply": wanted.reply, "last_event_id": wanted.at}
        text = json.dumps(frame, ensure_ascii=False)
        if len(text.encode()) > LARGEST_FRAME:
            too_much = "This is too much for a WebSocket; ask over server-sent events."
            reader.reply._refused(ChatError(too_much, status=413))
            return
        if opens:
            reader.reply._opened()
        await _say(socket, text)

    def _leave(self, reader: _Reader) -> None:
        if reader not in self._readers:
            return
        self._readers.remove(reader)
        socket, reply = self._socket, reader.wanted.reply
        if not self._readers:
            self.is_over = True
            if asyncio.current_task() is not self._task:
                self._task.cancel()
        elif socket and reply and all(other.wanted.reply != reply for other in self._readers):
            self._client._own(_say(socket, json.dumps({"type": "unfollow", "reply": reply})))

    async def _take(self, frame: Json) -> None:
        for reader in list(self._readers):
            wanted, reply, kind = reader.wanted, reader.reply, frame["type"]
            if kind == "start" and frame.get("ref") == reader.ref:
                wanted.reply = frame["reply"]
            if kind == "error" and frame.get("ref") == reader.ref:
                self._refuse(reader, frame["error"], frame.get("retry_after", 0))
            elif kind == "title" and reply.conversation == frame["conversation"]:
                reply._take(frame)
            elif "reply" in frame and frame["reply"] == wanted.reply:
                if not reply._take(frame):
                    wanted.at = wanted.begin = None
                    await self._begin(reader)
                elif frame.get("id") and not reply._waits:  # else it is of the following before
                    wanted.at = frame["id"]

    def _refuse(self, reader: _Reader, fields: Json, retry_after: float) -> None:
        wait = max(reader.backoff.next(), retry_after)
        error = ChatError(
            fields["message"],
            fields=fields,
            retry_after=retry_after,
            passing=fields["type"] in ("rate_limit_error", "server_error")
            and time.monotonic() - reader.since + wait < self._client.patience,
        )
        if not error.passing:
            reader.reply._refused(error)
            return
        reader.reply._lost(error)

        async def later() -> None:
            await asyncio.sleep(wait)
            await self._begin(reader)

        self._client._own(later())


_WHY = {401: "The credentials are not good, or no more.", 403: "The server does not take this caller."}


async def _say(socket: aiohttp.ClientWebSocketResponse, text: str) -> None:
    with contextlib.suppress(ConnectionError, aiohttp.ClientError):  # who reads it notices
        await socket.send_str(text)


class _Transcript:
    """A text that grows at its end. Python counts code points, as the server does."""

    def __init__(self, text: str = "") -> None:
        self._pieces = [text]
        self.length = len(text)

    @property
    def text(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0]

    def put(self, offset: int, piece: str) -> None:
        """A client's one rule: cut to the offset, then append."""
        self.cut(offset)
        self._pieces.append(piece)
        self.length += len(piece)

    def cut(self, length: int) -> None:
        if length < self.length:
            self._pieces = [self.text[:length]]
            self.length = length

    def grow(self, offset: int, piece: str) -> Delta | Literal[False] | None:
        """The same, told exactly: what of the piece is new; None where all was there, False for a gap."""
        if offset > self.length:
            return False
        if offset < self.length:
            known = self.text[offset:]
            if known.startswith(piece):
                return None
            if piece.startswith(known):
                offset, piece = self.length, piece[len(known) :]
        self.put(offset, piece)
        return Delta(offset, piece)


@dataclass(eq=False, slots=True)
class _Cursor:
    """What a loop over a reply has not had yet."""

    offset: int
    rest: _Transcript
    is_cut: bool = False

    def put(self, delta: Delta) -> None:
        if delta.offset >= self.offset:
            self.rest.put(delta.offset - self.offset, delta.text)
        else:
            self.offset, self.rest, self.is_cut = delta.offset, _Transcript(delta.text), True

    def take(self) -> Delta:
        delta = Delta(self.offset, self.rest.text)
        self.offset, self.rest, self.is_cut = self.offset + self.rest.length, _Transcript(), False
        return delta


class _EventStream:
    """The text/event-stream format: bytes in any pieces; events come out, and None for each comment."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._data: list[str] = []
        self._id: str | None = None

    def feed(self, data: bytes) -> Iterator[Json | None]:
        *lines, self._rest = (self._rest + self._decoder.decode(data)).split("\n")
        for line in lines:
            if line.startswith(":"):
                yield None
            elif line.rstrip("\r"):
                name, _, value = line.rstrip("\r").partition(":")
                if name == "data":
                    self._data.append(value.removeprefix(" "))
                elif name == "id":
                    self._id = value.removeprefix(" ")
            elif self._data:
                # The id counts only now: adopted before its data, a cut between the two would lose text.
                event: Json = json.loads("\n".join(self._data))
                if self._id is not None:
                    event["id"] = self._id
                self._data, self._id = [], None
                yield event


class _Backoff:
    """Longer with each failure in a row, and not the same for all clients."""

    def __init__(self, first: float = 0.5, longest: float = 8.0) -> None:
        self._first, self._longest, self._failures = first, longest, 0

    def reset(self) -> None:
        self._failures = 0

    def next(self) -> float:
        wait = min(self._first * 2.0**self._failures, self._longest)
        self._failures += 1
        return wait * (0.75 + random.random() / 2)  # noqa: S311 (nobody must not guess it)


async def _refusal(response: aiohttp.ClientResponse) -> ChatError:
    try:
        fields = (await response.json())["error"]
        message = fields["message"]
    except (ValueError, KeyError, TypeError, aiohttp.ContentTypeError):
        fields, message = None, f"The server answered {response.status}."
    header = response.headers.get("Retry-After", "")
    retry_after = float(header) if header.isdecimal() else 0.0
    return ChatError(message, status=response.status, fields=fields, retry_after=retry_after)


def _trouble(error: Exception) -> ChatError:
    """What a network raises passes; what a server of ours does not send is for good."""
    if isinstance(error, ChatError):
        return error
    if isinstance(error, TimeoutError):
        return ChatError("The server was silent for too long.")
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return ChatError(f"The server answered {error.status}.", status=error.status)
    if isinstance(error, aiohttp.InvalidURL):
        return ChatError(f"This is no address: {error}", passing=False)
    if isinstance(error, aiohttp.ClientError | ConnectionError):
        return ChatError(f"The server could not be reached. {error}".strip())
    return ChatError(f"What came is nothing that a chat server sends: {error!r}", passing=False)
