"""One caller of the HTTP API: requests in, answers out, and streams that can be dropped at any byte."""

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from process.harness.people import Person
from process.harness.waiting import PATIENCE, until

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    set_cookies: tuple[str, ...] = ()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> Json:
        """The error, after a look at its one shape."""
        assert self.headers["Content-Type"].startswith("application/json"), self.body[:200]
        assert set(self.json) == {"error"}, self.json
        error: Json = self.json["error"]
        assert set(error) == {"type", "code", "message", "param"}, error
        assert all(error[name] for name in ("type", "code", "message")), error
        return error


class Refused(Exception):
    """The call was refused before it streamed anything."""

    def __init__(
        self, error: Json, status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{status} {error}")
        self.error = error
        self.status = status
        self.headers = headers or {}


class Api:
    """The native API as one caller sees it. `headers` are what it sends with every request."""

    def __init__(
        self, http: aiohttp.ClientSession, url: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self._http = http
        self.url = url
        self.headers = dict(headers or {})

    def at(self, url: str) -> "Api":
        """The same caller at another process."""
        return Api(self._http, url, self.headers)

    def sending(self, **headers: str) -> "Api":
        """The same caller with more headers; underscores stand for hyphens."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return Api(self._http, self.url, {**self.headers, **more})

    async def call(self, method: str, path: str, body: Any = None, **request: Any) -> Answer:
        """One call of `/api/v1/<path>`, or of `path` itself where it begins with a slash."""
        async with self.open(method, path, body, **request) as response:
            async with asyncio.timeout(PATIENCE):
                body = await response.read()
            cookies = tuple(response.headers.getall("Set-Cookie", ()))
            return Answer(response.status, response.headers, body, cookies)

    @contextlib.asynccontextmanager
    async def open(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The same, with the body still to be read. Leaving drops the connection if it was not all read."""
        headers = {**self.headers, **(headers or {})}
        if body is not None:
            headers["Content-Type"] = "application/json"
            request["data"] = json.dumps(body).encode()
        if isinstance(request.get("data"), bytes):
            request["data"] = io.BytesIO(request["data"])
        address = self.url + (path if path.startswith("/") else f"/api/v1/{path}")
        async with asyncio.timeout(PATIENCE):
            response = await self._http.request(
                method, address, headers=headers, allow_redirects=False, **request
            )
        try:
            yield response
        finally:
            response.close()

    async def get(self, path: str, **request: Any) -> Any:
        """The JSON of a GET that must work."""
        answer = await self.call("GET", path, **request)
        assert answer.status == 200, f"{answer.status} {answer.body[:300]!r}"
        return answer.json

    async def message(self, message_id: str) -> Json:
        message: Json = await self.get(f"messages/{message_id}")
        return message

    async def stop(self, reply: str) -> Json:
        answer = await self.call("POST", f"messages/{reply}/stop")
        assert answer.status == 200, f"{answer.status} {answer.body[:300]!r}"
        stopped: Json = answer.json
        return stopped

    async def ask_behind(self, content: str, **fields: Any) -> Json:
        """Ask in the background; the ids."""
        answer = await self.call("POST", "chat", {"content": content, "background": True, **fields})
        assert answer.status == 202, f"{answer.status} {answer.body[:300]!r}"
        accepted: Json = answer.json
        return accepted

    async def settled(self, reply: str, seconds: float = PATIENCE) -> Json:
        """The message once it does not stream any more."""

        async def look() -> Json | None:
            message = await self.message(reply)
            return message if message["status"] != "streaming" else None

        message = await until(look, seconds, f"the end of {reply}")
        assert message is not None
        return message


def caller(http: aiohttp.ClientSession, url: str, person: Person) -> Api:
    """That person, with an API key, at that server."""
    return Api(http, url, {"Authorization": f"Bearer {person.key}"})


@contextlib.asynccontextmanager
async def http_session() -> AsyncIterator[aiohttp.ClientSession]:
    """Connections that are never used twice: a cut shows at once, and no retry hides one."""
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), read_bufsize=2**20
    ) as session:
        yield session
