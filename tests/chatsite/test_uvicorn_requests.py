"""What a stranger sends beside a body, at uvicorn itself: bounded, and not waited for without end."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from chatsite import uvicorn_requests

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
LARGE = b"a" * 100_000
TOO_LARGE = b"The head of the request is too large."


async def count(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers with the size of the body."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    body = str(size).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    for name in uvicorn_requests._CHANGED:
        monkeypatch.setattr(HttpToolsProtocol, name, getattr(HttpToolsProtocol, name))  # put back afterwards
    uvicorn_requests.install()
    config, state = Config(count, log_config=None, log_level="critical"), ServerState()
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: HttpToolsProtocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    yield server.sockets[0].getsockname()[1]
    server.close()


async def answer(port: int, *pieces: bytes) -> bytes:
    """What came back until the server closed, at the latest after five seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(5):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.02)
            return await reader.read()
    except ConnectionError:
        return b"cut"
    finally:
        writer.close()


@pytest.mark.parametrize(
    "endless",
    [
        HEAD + b"X: " + LARGE,
        HEAD + b"X: a\r\n" * 20_000,
        b"GET /" + LARGE,
        CHUNKED + b"1;" + LARGE,
        CHUNKED + b"1\r\na\r\n0\r\nX: " + LARGE,
        CHUNKED + b"1\r\na\r\n0\r\n" + b"X: a\r\n" * 20_000,
    ],
)
async def test_what_is_no_body_is_bounded(port: int, endless: bytes) -> None:
    said = await answer(port, endless)
    assert TOO_LARGE in said or said == b"cut"


@pytest.mark.parametrize(
    "whole",
    [
        HEAD + b"Connection: close\r\nContent-Length: 100000\r\n\r\n" + LARGE,
        CHUNKED.replace(b"Host", b"Connection: close\r\nHost") + b"1\r\na\r\n" * 100_000 + b"0\r\n\r\n",
    ],
)
async def test_bodies_pass_in_chunks_of_whatever_size(port: int, whole: bytes) -> None:
    cut = len(whole) // 2
    assert b"\r\n100000\r\n" in await answer(port, whole[:cut], whole[cut:])


async def test_many_requests_of_one_connection_pass(port: int) -> None:
    one = HEAD + b"X: " + b"a" * 40_000 + b"\r\nContent-Length: 0\r\n\r\n"
    last = one.replace(b"Host", b"Connection: close\r\nHost")
    assert (await answer(port, one, one, last)).count(b"200 OK") == 3


async def test_a_head_that_does_not_come_is_not_waited_for(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uvicorn_requests, "HEAD_SECONDS", 0.1)
    assert await answer(port, HEAD) == b""
