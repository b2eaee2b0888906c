"""One streamed completion: wait for a slot, send the request, read the answer, close the connection.

Whoever leaves the iteration, in whatever way and at whatever await, has closed the provider's
connection. It keeps no text: what it read it has yielded.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from chat.chunks import Chunk
from chat.errors import UpstreamError
from chat.upstream import errors
from chat.upstream.asking import answer_to
from chat.upstream.chunks import ChunkReader
from chat.upstream.client import Line
from chat.upstream.closing import closed
from chat.upstream.deadline import Deadline
from chat.upstream.provider import Provider
from chat.upstream.request import Request, dropped_notice
from chat.upstream.sse_decoder import SSEDecoder

if TYPE_CHECKING:
    import httpx2

Reads = AsyncGenerator[Sequence[Chunk]]

MAX_DROPPED = 5
"""Parameters that one call may lose: a provider that refuses more refuses the call."""
TAIL_SECONDS = 0.05
"""After `[DONE]` only the end of the body follows: having read it, the connection can serve the next call."""
MAX_BODY_BYTES = 32 * 1024 * 1024
"""Of an answer that is not streamed."""


async def stream(
    provider: Provider, request: Request, user: str, notices: Sequence[dict[str, Any]] = ()
) -> Reads:
    """What each read brought, after the notices and the places in the queue. Raises `UpstreamError`."""
    if notices:
        yield [Chunk(notice=notice) for notice in notices]
    with provider.slots.ticket(user) as ticket:
        if ticket.place:
            while place := ticket.place:
                yield [Chunk(place=place)]
                await ticket.moved(place)
            yield [Chunk(place=0)]
        async with provider.client.in_use() as line, aclosing(_ask(line, provider, request)) as reads:
            async for chunks in reads:
                yield chunks


async def _ask(line: Line, provider: Provider, request: Request) -> Reads:
    """Ask, and again without what the provider refuses, as long as nothing was answered."""
    attempts = 1 + provider.settings.max_retries
    with Deadline(provider.settings) as deadline:
        for parameters_left in range(MAX_DROPPED, -1, -1):
            try:
                async with (
                    _answer(line, request, attempts, deadline) as response,
                    aclosing(_read(response, deadline)) as reads,
                ):
                    async for chunks in reads:
                        yield chunks
                    return
            except errors.Refusal as refusal:
                culprit = request.culprit(refusal.status, refusal.body)
                if culprit is None or not parameters_left:
                    raise errors.refused(refusal) from refusal
                name, reason = culprit
                request = request.without(name, reason)
                yield [Chunk(notice=dropped_notice(name, request))]


@asynccontextmanager
async def _answer(
    line: Line, request: Request, attempts: int, deadline: Deadline
) -> "AsyncIterator[httpx2.Response]":
    """The provider's answer once its headers are there; closed at once when left."""
    try:
        response = await deadline.wait_for(answer_to(line, request, attempts))
    except errors.sdk_errors() as error:
        raise errors.refused(error) from error
    try:
        yield response
    finally:
        await closed(response.aclose())


async def _read(response: "httpx2.Response", deadline: Deadline) -> Reads:
    """Everything that arrived, also when the answer then turns out to be broken."""
    reader, decoder = ChunkReader(), _decoder(response)
    failure: UpstreamError | None = None
    async with aclosing(_body(response)) as body:
        read: bytes | None = b""
        while read is not None and failure is None and not reader.done:
            try:
                read = await deadline.wait_for(anext(body, None))
                chunks = reader.read(decoder.finish() if read is None else decoder.feed(read))
            except UpstreamError as error:
                failure = error
                break
            except errors.sdk_errors() as error:
                failure = errors.incomplete()
                failure.__cause__ = error
                break
            deadline.heard(token=bool(chunks))
            if chunks:
                yield chunks
            failure = reader.failure
        if held_back := reader.finish():
            yield held_back
        if failure is not None:
            raise failure
        if reader.finish_reason is None:
            raise errors.incomplete()
        await _read_tail(body)


def _body(response: "httpx2.Response") -> AsyncGenerator[bytes]:
    """What each read of the connection brings, without a way through decoders where none is needed."""
    plain = response.headers.get("content-encoding", "identity") == "identity"
    return response.aiter_raw() if plain and not response.is_stream_consumed else response.aiter_bytes()


def _decoder(response: "httpx2.Response") -> "SSEDecoder | _Whole":
    content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type == "text/event-stream":
        return SSEDecoder()
    if content_type == "application/json":
        return _Whole()
    raise errors.not_a_stream()


class _Whole:
    """In place of a decoder, for a server that ignores `stream: true`: it sends one event, the whole."""

    def __init__(self) -> None:
        self._body = bytearray()

    def feed(self, read: bytes) -> list[bytes]:
        self._body += read
        if len(self._body) > MAX_BODY_BYTES:
            raise errors.malformed()
        return []

    def finish(self) -> list[bytes]:
        return [bytes(self._body)]


async def _read_tail(body: AsyncIterator[bytes]) -> None:
    with suppress(*errors.sdk_errors()):
        async with asyncio.timeout(TAIL_SECONDS):
            async for _ in body:
                pass
