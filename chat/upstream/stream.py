"""One streamed completion: wait for a slot, send the request, read the answer, close the connection.

Whoever leaves the iteration, in whatever way and at whatever await, has closed the provider's
connection. It keeps no text: what it read it has yielded.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

from chat.chunks import Chunk
from chat.errors import UpstreamError
from chat.upstream import errors
from chat.upstream.chunks import ChunkReader
from chat.upstream.closing import closed
from chat.upstream.connections import ConnectionSettings
from chat.upstream.provider import Provider
from chat.upstream.request import Request, dropped_notice
from chat.upstream.sse_decoder import SSEDecoder

if TYPE_CHECKING:
    from openai import AsyncAPIResponse, AsyncOpenAI

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
        async with provider.client.in_use() as client, aclosing(_ask(client, provider, request)) as reads:
            async for chunks in reads:
                yield chunks


async def _ask(client: "AsyncOpenAI", provider: Provider, request: Request) -> Reads:
    """Ask, and again without what the provider refuses, as long as nothing was answered."""
    import openai

    clock = _Clock(provider.settings)
    for attempt in range(MAX_DROPPED + 1):
        try:
            async with _answer(client, request, clock) as response, aclosing(_read(response, clock)) as reads:
                async for chunks in reads:
                    yield chunks
                return
        except openai.APIStatusError as error:
            culprit = request.culprit(error.status_code, error.body)
            if culprit is None or attempt == MAX_DROPPED:
                raise errors.refused(error) from error
            name, reason = culprit
            request = request.without(name, reason)
            yield [Chunk(notice=dropped_notice(name, request))]


@asynccontextmanager
async def _answer(
    client: "AsyncOpenAI", request: Request, clock: "_Clock"
) -> "AsyncIterator[AsyncAPIResponse[Any]]":
    """The provider's answer once its headers are there; closed at once when left."""
    import openai

    options = {"stream_options": {"include_usage": True}} if request.include_usage else {}
    opening = client.chat.completions.with_streaming_response.create(
        model=request.model,
        messages=(),
        stream=True,
        # Not as typed arguments: walking the types of 400 messages takes the SDK 40 ms of our event loop.
        extra_body={"messages": request.messages, **options, **request.params},
    )
    try:
        async with clock.running():
            response = await opening.__aenter__()
    except openai.APIStatusError:
        raise
    except errors.sdk_errors() as error:
        raise errors.refused(error) from error
    try:
        yield response
    finally:
        await closed(response.close())


async def _read(response: "AsyncAPIResponse[Any]", clock: "_Clock") -> Reads:
    """Everything that arrived, also when the answer then turns out to be broken."""
    reader = ChunkReader()
    failure: UpstreamError | None = None
    async with aclosing(_body(response)) as body, aclosing(_events(response, body)) as reads:
        while failure is None and not reader.done:
            try:
                async with clock.running():
                    chunks = reader.read(await anext(reads))
            except StopAsyncIteration:
                break
            except UpstreamError as error:
                failure = error
                break
            except errors.sdk_errors() as error:
                failure = errors.incomplete()
                failure.__cause__ = error
                break
            clock.heard(token=bool(chunks))
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


def _body(response: "AsyncAPIResponse[Any]") -> AsyncGenerator[bytes]:
    """The SDK promises an iterator; it is a generator, and so can be closed."""
    return cast("AsyncGenerator[bytes]", response.iter_bytes())


async def _events(
    response: "AsyncAPIResponse[Any]", body: AsyncIterator[bytes]
) -> AsyncGenerator[list[bytes]]:
    """The events that each read completes; a server that ignores `stream: true` sends one, the whole."""
    content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type == "text/event-stream":
        decoder = SSEDecoder()
        async for read in body:
            yield decoder.feed(read)
        yield decoder.finish()
    elif content_type == "application/json":
        whole = bytearray()
        async for read in body:
            whole += read
            if len(whole) > MAX_BODY_BYTES:
                raise errors.malformed()
        yield [bytes(whole)]
    else:
        raise errors.not_a_stream()


async def _read_tail(body: AsyncIterator[bytes]) -> None:
    with suppress(*errors.sdk_errors()):
        async with asyncio.timeout(TAIL_SECONDS):
            async for _ in body:
                pass


class _Clock:
    """How long the provider may be silent: until the first token, retries included, and then between reads.

    Comments that keep the connection alive count for the second, not for the first.
    """

    def __init__(self, settings: ConnectionSettings) -> None:
        self._first = settings.first_token_timeout
        self._between = settings.chunk_timeout
        self._loop = asyncio.get_running_loop()
        self._begun = False
        self._deadline = self._loop.time() + self._first

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout_at(self._deadline):
                yield
        except TimeoutError as error:
            late = errors.stalled(self._between) if self._begun else errors.no_first_token(self._first)
            raise late from error

    def heard(self, *, token: bool) -> None:
        self._begun = self._begun or token
        if self._begun:
            self._deadline = self._loop.time() + self._between
