"""The body of an answer, read by read: from the connection itself where nothing need be decoded."""

import socket
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import aiohttp
    import httpx2


class Body(Protocol):
    """Whoever made it closes it; both may raise what `errors.sdk_errors` names."""

    async def read(self) -> bytes:
        """What has come since the last read, or comes next; nothing at the end."""

    async def aclose(self) -> None: ...

    def hang_up(self) -> None:
        """A `chat.chunks.HangUp`."""


def body_of(response: "httpx2.Response") -> Body:
    """Of an answer that nobody has read from."""
    plain = response.headers.get("content-encoding", "identity") == "identity"
    answer = _answer(response) if plain else None
    return Decoded(response.aiter_bytes()) if answer is None else Plain(answer)


def _answer(response: "httpx2.Response") -> "aiohttp.ClientResponse | None":
    """aiohttp's, which the SDK's transport shows to nobody: through it a read costs 1.2 times as much, by the
    generators on the way (benchmarks/call_steps.py). None: another transport, as the demo model's.
    """
    return getattr(getattr(response.stream, "_stream", None), "_aiohttp_response", None)


class Plain:
    """As it comes from the connection."""

    def __init__(self, answer: "aiohttp.ClientResponse") -> None:
        self._answer = answer
        self.read = answer.content.readany

    async def aclose(self) -> None:
        """The answer's own end is the connection's."""

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


class Decoded:
    """As the client's response gives it: decompressed, and from whatever transport."""

    def __init__(self, reads: AsyncGenerator[bytes]) -> None:
        self._reads = reads
        self.aclose = reads.aclose

    async def read(self) -> bytes:
        return await anext(self._reads, b"")

    def hang_up(self) -> None:
        """Nothing: what is decoded hides its connection. Closing it is soon enough."""
