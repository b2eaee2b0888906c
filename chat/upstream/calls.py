"""A streamed call's way to a provider: its request, and the answer that is read as it comes."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import aiohttp
    import httpx2
    from yarl import URL

NO_LIMIT = 0
"""Of connections, as aiohttp says it: by its default the 101st reply waits for another's end."""
KEPT_SECONDS = 5.0
"""How long a connection waits for its next call, as the SDK has it."""


class Answer(Protocol):
    """Whoever gets it closes it. Reading may raise what `errors.sdk_errors` names."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Whatever the case of their names."""

    async def read(self) -> bytes:
        """What has come since the last read, or comes next, decompressed; nothing at the end."""

    async def aclose(self) -> None:
        """Let go of the connection: it serves the next call where this answer was read to its end."""

    def hang_up(self) -> None:
        """A `chat.chunks.HangUp`."""


class Calls(Protocol):
    async def post(self, body: bytes) -> Answer:
        """Send it, and wait for the head of what is answered. May raise what `errors.sdk_errors` names."""

    async def aclose(self) -> None: ...


class HttpCalls:
    """By aiohttp alone, which lies below the SDK's transport: through that and the SDK's client a call is
    twice the work, and a read half as much again (benchmarks/call_steps.py).

    Of one event loop. No cookies are kept, nor is it redirected: a key is for one address.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        connect_timeout: float,
        proxy: "httpx2.Proxy | None" = None,
    ) -> None:
        """Reads certificates: to be made in a thread."""
        import aiohttp
        import httpx2
        from yarl import URL

        self._url: URL | str = url
        with suppress(ValueError):  # one that cannot be is told as such when it is asked for
            self._url = URL(url)
        self._headers = dict(headers)
        self._certificates = httpx2.create_ssl_context()
        self._proxy = None if proxy is None else _address_of(proxy)
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout)
        self._session: aiohttp.ClientSession | None = None

    async def post(self, body: bytes) -> "HttpAnswer":
        session = self._session or self._open()
        return HttpAnswer(
            await session.post(
                self._url,
                data=body,
                headers=self._headers,
                timeout=self._timeout,
                allow_redirects=False,
                proxy=self._proxy,
            )
        )

    def _open(self) -> "aiohttp.ClientSession":
        import aiohttp

        connector = aiohttp.TCPConnector(
            limit=NO_LIMIT, ssl=self._certificates, keepalive_timeout=KEPT_SECONDS
        )
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


def _address_of(proxy: "httpx2.Proxy") -> "URL":
    """As aiohttp takes it: with who the proxy knows."""
    from yarl import URL

    address = URL(str(proxy.url))
    if proxy.auth is None:
        return address
    user, password = proxy.auth
    return address.with_user(user).with_password(password)


class HttpAnswer:
    def __init__(self, answer: "aiohttp.ClientResponse") -> None:
        self._answer = answer
        self.status = answer.status
        self.headers: Mapping[str, str] = answer.headers
        self.read = answer.content.readany

    async def aclose(self) -> None:
        self._answer.release()
        await self._answer.wait_for_close()

    def hang_up(self) -> None:
        """By the socket. A transport closes its own in a later step, behind what each of all the replies that
        are left in this one has to do first.
        """
        connection = self._answer.connection  # None once the body is over: it may serve the next call
        if connection is None or connection.transport is None or connection.protocol is None:
            return
        connection.protocol.force_close()  # the rest of the body may be here, and it serves none after it
        line = connection.transport.get_extra_info("socket")
        if line is None or line.fileno() < 0:
            return
        own = socket.socket(line.family, line.type, line.proto, fileno=line.fileno())
        try:
            with suppress(OSError):
                own.shutdown(socket.SHUT_RDWR)
        finally:
            own.detach()  # the transport closes it


class SdkCalls:
    """By the SDK's HTTP client, for whatever transport that has: the demo model's."""

    def __init__(self, http: "httpx2.AsyncClient", url: str, headers: Mapping[str, str]) -> None:
        self._http, self._url, self._headers = http, url, headers

    async def post(self, body: bytes) -> "SdkAnswer":
        request = self._http.build_request("POST", self._url, headers=self._headers, content=body)
        return SdkAnswer(await self._http.send(request, stream=True))

    async def aclose(self) -> None:
        """The SDK closes its client."""


class SdkAnswer:
    def __init__(self, response: "httpx2.Response") -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        self._reads = response.aiter_bytes()

    async def read(self) -> bytes:
        return await anext(self._reads, b"")

    async def aclose(self) -> None:
        await self._reads.aclose()
        await self._response.aclose()

    def hang_up(self) -> None:
        """Nothing: no connection is known here. Closing is soon enough."""
