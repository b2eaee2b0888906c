"""What a stranger sends beside a body, at uvicorn itself: bounded, and not waited for without end."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from chatsite import uvicorn_requests
from chatsite.heads import refusal

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
LARGE = b"a" * 100_000


async def count(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers with the size of the body, or without reading it: at once, or late."""
    size, more = 0, not scope["path"].startswith(("/early", "/late"))
    if scope["path"] == "/late":
        await asyncio.sleep(0.5)
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    body = b"late" if scope["path"] == "/late" else str(size).encode()
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
        b"GET /" + LARGE + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        CHUNKED + b"1;" + LARGE,
        CHUNKED + b"1\r\na\r\n0\r\nX: " + LARGE,
        CHUNKED + b"1\r\na\r\n0\r\n" + b"X: a\r\n" * 20_000,
    ],
)
async def test_what_is_no_body_is_bounded(port: int, endless: bytes) -> None:
    said = await answer(port, endless)
    assert said.endswith(refusal())


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


async def drip(port: int, begin: bytes) -> bytes:
    """What came back although a byte is sent each 50 ms, for five seconds at most."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(begin)

    async def go_on() -> None:
        while True:
            await asyncio.sleep(0.05)
            writer.write(b"a")

    dripping = asyncio.create_task(go_on())
    try:
        async with asyncio.timeout(5):
            return await reader.read()
    except ConnectionError:
        return b"cut"
    finally:
        dripping.cancel()
        writer.close()


EARLY = b"GET /early HTTP/1.1\r\nHost: a\r\n"


@pytest.mark.parametrize(
    "begin",
    [
        EARLY + b"Content-Length: 400\r\n\r\n",
        EARLY + b"Transfer-Encoding: chunked\r\n\r\n200\r\n",
        EARLY + b"\r\n" + EARLY + b"X: ",
    ],
)
async def test_what_was_answered_before_its_end_is_not_kept_by_a_drip(
    port: int, monkeypatch: pytest.MonkeyPatch, begin: bytes
) -> None:
    monkeypatch.setattr(uvicorn_requests, "HEAD_SECONDS", 0.3)
    said = await drip(port, begin)
    assert said.startswith(b"HTTP/1.1 200 ") or said == b"cut"


async def test_an_answer_that_lasts_is_not_cut_by_what_comes_behind_it(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uvicorn_requests, "HEAD_SECONDS", 0.1)
    late = b"GET /late HTTP/1.1\r\nHost: a\r\n\r\n"
    assert b"late" in await answer(port, late + HEAD)
    assert b"late" in await answer(port, late.replace(b"\r\n\r\n", b"\r\nContent-Length: 9\r\n\r\na"))


async def test_a_head_that_does_not_come_is_not_waited_for(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uvicorn_requests, "HEAD_SECONDS", 0.1)
    assert await answer(port, HEAD) == b""
