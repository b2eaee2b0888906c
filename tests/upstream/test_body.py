"""Where what a provider sends is read from: the connection itself, or a response that decodes it."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx2
import pytest
from scripted_upstream import ScriptedUpstream

from chat.upstream.asking import answer_to
from chat.upstream.body import Body, Decoded, Plain, body_of
from chat.upstream.client import Line, build
from chat.upstream.connections import ConnectionSettings
from chat.upstream.request import Request, request_of

QUESTION = request_of("scripted", [{"role": "user", "content": "Hello"}], {})
HELD = request_of("scripted", [{"role": "user", "content": 'script: {"hold": 1}'}], {})
"""After its first piece, until it is released."""
DONE = b"data: [DONE]\n\n"


async def whole(body: Body) -> bytes:
    read = []
    while piece := await body.read():
        read.append(piece)
    await body.aclose()
    return b"".join(read)


async def line_to(base_url: str, answer: Callable[[httpx2.Request], httpx2.Response] | None = None) -> Line:
    line = await asyncio.to_thread(build, ConnectionSettings("test", base_url))
    if answer is None:
        return line
    return replace(line, http=httpx2.AsyncClient(transport=httpx2.MockTransport(answer)))


@asynccontextmanager
async def answered(line: Line, request: Request) -> AsyncIterator[Plain]:
    """The body of an answer that is read from the connection, with its first read where it is held."""
    response = await answer_to(line, request, 1)
    body = body_of(response)
    assert isinstance(body, Plain), "the SDK's transport does not show its connection any more"
    if request is HELD:
        assert await body.read()
    yield body
    await response.aclose()


@pytest.fixture
async def line(provider: ScriptedUpstream) -> AsyncIterator[Line]:
    line = await line_to(provider.url)
    yield line
    await line.sdk.close()


async def test_a_plain_answer_is_read_from_the_connection_and_all_of_it(line: Line) -> None:
    async with answered(line, QUESTION) as body:
        read = await whole(body)
    assert read.endswith(DONE)
    assert read.count(b'"content":') == 5


async def test_a_provider_that_is_hung_up_on_learns_of_it_from_that_alone(
    provider: ScriptedUpstream, line: Line
) -> None:
    async with answered(line, HELD) as body:
        body.hang_up()
        body.hang_up()
        async with asyncio.timeout(5):
            await provider.calls[0].done.wait()
        assert provider.calls[0].closed is not None
    body.hang_up()


async def test_whoever_hangs_up_late_leaves_the_connections_next_call_alone(
    provider: ScriptedUpstream, line: Line
) -> None:
    async with answered(line, QUESTION) as old:
        await whole(old)
    async with answered(line, HELD) as body:
        assert provider.calls[0].connection == provider.calls[1].connection
        old.hang_up()
        provider.release()
        assert (await whole(body)).endswith(DONE)


async def test_a_connection_that_was_hung_up_on_serves_no_other_call(
    provider: ScriptedUpstream, line: Line
) -> None:
    """Also where the end of the body was here by then, unread: it is over in the next step."""
    async with answered(line, HELD) as body:
        connection = body._answer.connection
        assert connection is not None
        transport = connection.transport
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        provider.release()
        await provider.calls[0].done.wait()
        body.hang_up()
        transport.resume_reading()
        async with asyncio.timeout(5):
            while body._answer.connection is not None:
                await asyncio.sleep(0)
        assert transport.is_closing()


async def test_a_compressed_answer_is_decoded() -> None:
    sent = b'data: {"choices":[]}\n\n' * 100
    headers = {"Content-Encoding": "gzip"}
    line = await line_to(
        "http://model.test/v1", lambda _: httpx2.Response(200, headers=headers, content=gzip.compress(sent))
    )
    response = await answer_to(line, QUESTION, 1)
    body = body_of(response)
    assert isinstance(body, Decoded)
    assert await whole(body) == sent


async def test_another_transport_is_read_by_its_response() -> None:
    sent = "data: 世界\n\n".encode()
    line = await line_to("http://model.test/v1", lambda _: httpx2.Response(200, content=sent))
    body = body_of(await answer_to(line, QUESTION, 1))
    assert isinstance(body, Decoded)
    assert await whole(body) == sent
