"""Who sends half a body, or drips it, is answered 408 and holds nothing; their minute is two seconds here."""

import asyncio
import json
import time

import pytest
from process.harness.people import Person
from process.harness.processes import Server, StartServer

pytestmark = pytest.mark.process

PLACES = ("/api/v1/chat", "/v1/chat/completions", "/accounts/login/")
LENGTH = b"Content-Length: 400\r\n\r\n"
CHUNKS = b"Transfer-Encoding: chunked\r\n\r\n8\r\n"


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def server(request: pytest.FixtureRequest, start_module_server: StartServer) -> Server:
    return start_module_server(way=f"impatient {request.param}", CHAT_MAX_BODY_BYTES="1000")


def head(path: str, person: Person, kind: bytes) -> bytes:
    key = f"Authorization: Bearer {person.key}\r\nContent-Type: application/json\r\n"
    return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{key}".encode() + kind


async def answer(server: Server, begin: bytes, drip: bytes = b"") -> tuple[bytes, float]:
    """What came until the server closed, and after how long; `drip`: so many bytes, one each 50 ms."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    began = time.monotonic()
    writer.write(begin)

    async def go_on() -> None:
        for byte in drip:
            await asyncio.sleep(0.05)
            writer.write(bytes([byte]))

    dripping = asyncio.create_task(go_on())
    try:
        async with asyncio.timeout(10):
            said = await reader.read()
        return said, time.monotonic() - began
    finally:
        dripping.cancel()
        await asyncio.gather(dripping, return_exceptions=True)
        writer.close()


def assert_too_slow(said: bytes) -> None:
    top, _, body = said.partition(b"\r\n\r\n")
    assert top.startswith(b"HTTP/1.1 408 ")
    assert b"\r\nconnection: close" in top.lower()
    assert json.loads(body)["error"]["code"] == "request_timeout"


@pytest.mark.parametrize("kind", [LENGTH, CHUNKS])
async def test_half_a_body_is_answered_408_and_closed(
    server: Server, people: dict[str, Person], kind: bytes
) -> None:
    for path in PLACES:
        said, _ = await answer(server, head(path, people["alice"], kind) + b'{"conte')
        assert_too_slow(said)


async def test_a_body_that_drips_is_not_waited_for(server: Server, people: dict[str, Person]) -> None:
    for path in PLACES:
        said, seconds = await answer(server, head(path, people["alice"], LENGTH), b" " * 390)
        assert_too_slow(said)
        assert seconds < 8  # 390 bytes would take 20


async def test_a_body_that_comes_slowly_is_taken(server: Server, people: dict[str, Person]) -> None:
    length = b"Content-Length: 9\r\nConnection: close\r\n\r\n"
    said, _ = await answer(server, head("/api/v1/chat", people["alice"], length), b'{"a":"b"}')
    assert said.startswith(b"HTTP/1.1 400 ")


async def test_the_next_request_of_a_connection_is_held_to_it_too(
    server: Server, people: dict[str, Person]
) -> None:
    whole = head("/api/v1/chat", people["alice"], b"Content-Length: 2\r\n\r\n") + b"{}"
    said, _ = await answer(server, whole + head("/api/v1/chat", people["alice"], LENGTH) + b"{")
    assert said.startswith(b"HTTP/1.1 400 ")
    assert_too_slow(said[said.index(b"HTTP/1.1 408 ") :])
