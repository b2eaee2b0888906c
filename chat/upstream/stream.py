"""One streamed completion: wait for a slot, send the request, read the answer, close the connection.

However it ends, at whatever await, it has closed the provider's connection. It keeps no text: what it read
it has handed over, by a call: generators one within the other would each take their share of every token.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from chat.at_once import at_once
from chat.chunks import Chunk, Opened, Take
from chat.errors import UpstreamError
from chat.upstream import errors
from chat.upstream.asking import answer_to
from chat.upstream.calls import Answer, Calls
from chat.upstream.chunks import ChunkReader
from chat.upstream.closing import closed
from chat.upstream.deadline import Deadline
from chat.upstream.provider import Provider
from chat.upstream.request import Request, dropped_notice
from chat.upstream.sse_decoder import SSEDecoder

MAX_DROPPED = 5
"""Parameters that one call may lose: a provider that refuses more refuses the call."""
TAIL_SECONDS = 0.05
"""After `[DONE]` only the end of the body follows: having read it, the connection can serve the next call."""
MAX_BODY_BYTES = 32 * 1024 * 1024
"""Of an answer that is not streamed."""
READS_BETWEEN_YIELDS = 16
"""A provider faster than we read never suspends the task; others must run, and a stop be seen."""


async def stream(
    provider: Provider,
    request: Request,
    user: str,
    notices: Sequence[dict[str, Any]],
    take: Take,
    opened: Opened,
) -> None:
    """Hands over notices, places in the queue, and what each read brings. Raises `UpstreamError`."""
    if notices:
        take([Chunk(notice=notice) for notice in notices])
    with provider.slots.ticket(user) as ticket:
        if ticket.place:
            while place := ticket.place:
                take([Chunk(place=place)])
                await ticket.moved(place)
            take([Chunk(place=0)])
        async with provider.client.in_use() as line:
            await _ask(line.calls, provider, request, take, opened)


async def _ask(calls: Calls, provider: Provider, request: Request, take: Take, opened: Opened) -> None:
    """Ask, and again without what the provider refuses, as long as nothing was answered."""
    attempts = 1 + provider.settings.max_retries
    with Deadline(provider.settings) as deadline:
        for parameters_left in range(MAX_DROPPED, -1, -1):
            try:
                async with _answer(calls, request, attempts, deadline) as answer:
                    await _read(answer, deadline, take, opened)
                return
            except errors.Refusal as refusal:
                culprit = request.culprit(refusal.status, refusal.body)
                if culprit is None or not parameters_left:
                    raise errors.refused(refusal) from refusal
                name, reason = culprit
                request = request.without(name, reason)
                take([Chunk(notice=dropped_notice(name, request))])


@asynccontextmanager
async def _answer(calls: Calls, request: Request, attempts: int, deadline: Deadline) -> AsyncIterator[Answer]:
    """The provider's answer once its headers are there; closed at once when left."""
    try:
        answer = await deadline.wait_for(answer_to(calls, request, attempts))
    except errors.sdk_errors() as error:
        raise errors.refused(error) from error
    try:
        yield answer
    finally:
        if (left := at_once(answer.aclose())) is not None:
            await closed(left)


async def _read(answer: Answer, deadline: Deadline, take: Take, opened: Opened) -> None:
    """Hands over everything that arrived, also when the answer then turns out to be broken."""
    reader, decoder = ChunkReader(), _decoder(answer)
    failure: UpstreamError | None = None
    reads = 0
    opened(answer.hang_up)
    over = False
    while not over and failure is None and not reader.done:
        try:
            read = await deadline.wait_for(answer.read())
            over = not read
            chunks = reader.read(decoder.finish() if over else decoder.feed(read))
        except UpstreamError as error:
            failure = error
            break
        except errors.sdk_errors() as error:
            failure = errors.incomplete()
            failure.__cause__ = error
            break
        deadline.heard(token=bool(chunks))
        if chunks:
            take(chunks)
        failure = reader.failure
        reads += 1
        if reads % READS_BETWEEN_YIELDS == 0:
            await asyncio.sleep(0)
    if held_back := reader.finish():
        take(held_back)
    if failure is not None:
        raise failure
    if reader.finish_reason is None:
        raise errors.incomplete()
    await _read_tail(answer)


def _decoder(answer: Answer) -> "SSEDecoder | _Whole":
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
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


async def _read_tail(answer: Answer) -> None:
    with suppress(*errors.sdk_errors()):
        async with asyncio.timeout(TAIL_SECONDS):
            while await answer.read():
                pass
