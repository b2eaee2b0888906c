"""The way to a provider: what it is sent, and how its answer is read, hung up on and let go of."""

import asyncio
import base64
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from scripted_upstream import ScriptedUpstream

from chat.upstream.asking import answer_to
from chat.upstream.calls import Answer, HttpAnswer, SdkCalls
from chat.upstream.client import Line, build
from chat.upstream.connections import ConnectionSettings
from chat.upstream.errors import refused, sdk_errors
from chat.upstream.request import Request, request_of

QUESTION = request_of("scripted", [{"role": "user", "content": "Hello"}], {})
HELD = request_of("scripted", [{"role": "user", "content": 'script: {"hold": 1}'}], {})
"""After its first piece, until it is released."""
DONE = b"data: [DONE]\n\n"


SAYS_HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: who=you; Path=/\r\n\r\nHello"


async def whole(answer: Answer) -> bytes:
    read = []
    while piece := await answer.read():
        read.append(piece)
    return b"".join(read)


async def line_to(base_url: str, **settings: Any) -> Line:
    return await asyncio.to_thread(build, ConnectionSettings("test", base_url, **settings))


@asynccontextmanager
async def answered(line: Line, request: Request) -> AsyncIterator[HttpAnswer]:
    """An answer, with its first read where it is held."""
    answer = await answer_to(line.calls, request, 1)
    assert isinstance(answer, HttpAnswer)
    if request is HELD:
        assert await answer.read()
    yield answer
    await answer.aclose()


@asynccontextmanager
async def server(answer: Callable[[bytes], bytes]) -> AsyncIterator[str]:
    """Answers each head of a request so, on one connection after the other; its address."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            lines = head.lower().split(b"\r\n")
            length = next((line for line in lines if line.startswith(b"content-length:")), b":0")
            await reader.readexactly(int(length.partition(b":")[2]))
            writer.write(answer(head))

    async def quietly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await converse(reader, writer)
        except asyncio.IncompleteReadError:
            writer.close()

    listening = await asyncio.start_server(quietly, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()


@pytest.fixture
async def line(provider: ScriptedUpstream) -> AsyncIterator[Line]:
    line = await line_to(provider.url)
    yield line
    await line.close()


async def test_it_says_what_the_sdk_would_say(provider: ScriptedUpstream) -> None:
    line = await line_to(provider.url, api_key="sk-one", headers=(("X-Team", "blue"),))
    async with answered(line, QUESTION) as answer:
        await whole(answer)
    create = line.sdk.chat.completions.with_streaming_response.create
    async with create(model="scripted", messages=[], stream=True) as response:
        await response.read()
    ours, theirs = (call.headers for call in provider.calls)
    assert ours["authorization"] == "Bearer sk-one"
    assert ours["x-team"] == "blue"
    assert ours["user-agent"].startswith("AsyncOpenAI/")
    assert "openai-organization" not in ours
    for name in ("content-type", "accept", "accept-encoding", "user-agent", "host", "authorization"):
        assert ours[name] == theirs[name], name
    assert [call.path for call in provider.calls] == ["/v1/chat/completions"] * 2
    await line.close()


async def test_an_address_with_a_query_is_asked_as_the_sdk_asks_it() -> None:
    paths = []

    def answer(head: bytes) -> bytes:
        paths.append(head.split(b" ")[1])
        return SAYS_HELLO

    async with server(answer) as address:
        line = await line_to(f"http://{address}/v1?version=%2F2")
        async with answered(line, QUESTION):
            pass
        await line.sdk.chat.completions.with_raw_response.create(model="scripted", messages=[])
        await line.close()
    assert paths[0] == paths[1]


async def test_an_answer_is_read_to_its_end(line: Line) -> None:
    async with answered(line, QUESTION) as answer:
        read = await whole(answer)
    assert read.endswith(DONE)
    assert read.count(b'"content":') == 5


async def test_a_provider_that_is_hung_up_on_learns_of_it_from_that_alone(
    provider: ScriptedUpstream, line: Line
) -> None:
    async with answered(line, HELD) as answer:
        answer.hang_up()
        answer.hang_up()
        async with asyncio.timeout(5):
            await provider.calls[0].done.wait()
        assert provider.calls[0].closed is not None
    answer.hang_up()


async def test_whoever_hangs_up_late_leaves_the_connections_next_call_alone(
    provider: ScriptedUpstream, line: Line
) -> None:
    async with answered(line, QUESTION) as old:
        await whole(old)
    async with answered(line, HELD) as answer:
        assert provider.calls[0].connection == provider.calls[1].connection
        old.hang_up()
        provider.release()
        assert (await whole(answer)).endswith(DONE)


async def test_a_connection_that_was_hung_up_on_serves_no_other_call(
    provider: ScriptedUpstream, line: Line
) -> None:
    """Also where the end of the body was here by then, unread: it is over in the next step."""
    async with answered(line, HELD) as answer:
        connection = answer._answer.connection
        assert connection is not None
        transport = connection.transport
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        provider.release()
        await provider.calls[0].done.wait()
        answer.hang_up()
        transport.resume_reading()
        async with asyncio.timeout(5):
            while answer._answer.connection is not None:
                await asyncio.sleep(0)
        assert transport.is_closing()


async def test_a_compressed_answer_is_decoded() -> None:
    sent = b'data: {"choices":[]}\n\n' * 100
    packed = gzip.compress(sent)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    async with server(lambda _: head + packed) as address:
        line = await line_to(f"http://{address}/v1")
        async with answered(line, QUESTION) as answer:
            assert await whole(answer) == sent
        await line.close()


@pytest.mark.parametrize("is_proxy", [False, True])
async def test_who_answers_in_no_http_is_told_apart_from_who_is_not_there(
    is_proxy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server(lambda _: b"SSH-2.0-server\r\n") as address:
        if is_proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
        line = await line_to("https://provider.invalid/v1" if is_proxy else f"http://{address}/v1")
        with pytest.raises(sdk_errors()) as raised:
            await answer_to(line.calls, QUESTION, 1)
        await line.close()
    assert refused(raised.value).code == ("upstream_unreachable" if is_proxy else "upstream_malformed")


async def test_it_goes_nowhere_else_and_brings_no_cookie() -> None:
    heads = []
    moved = b"HTTP/1.1 307 Elsewhere\r\nLocation: /v2\r\nSet-Cookie: who=you\r\nContent-Length: 0\r\n\r\n"

    def answer(head: bytes) -> bytes:
        heads.append(head)
        return moved

    async with server(answer) as address:
        line = await line_to(f"http://localhost:{address.rpartition(':')[2]}/v1")
        for _ in range(2):
            told = await line.calls.post(b"{}")
            assert told.status == 307
            await told.aclose()
        await line.close()
    assert len(heads) == 2
    assert not any(b"cookie" in head.lower() for head in heads)


@pytest.mark.parametrize(
    ("environment", "by_proxy"),
    [
        ({}, False),
        ({"HTTP_PROXY": "http://{proxy}"}, True),
        ({"http_proxy": "{proxy}"}, True),
        ({"ALL_PROXY": "http://{proxy}"}, True),
        ({"HTTPS_PROXY": "http://{proxy}"}, False),
        ({"HTTP_PROXY": "http://{proxy}", "NO_PROXY": "127.0.0.1"}, False),
        ({"HTTP_PROXY": "http://{proxy}", "NO_PROXY": "127.0.0.0/8"}, False),
        ({"HTTP_PROXY": "http://{proxy}", "NO_PROXY": "other.test,http://127.0.0.1"}, False),
        ({"HTTP_PROXY": "http://{proxy}", "NO_PROXY": "*"}, False),
        ({"HTTP_PROXY": "http://{proxy}", "NO_PROXY": "other.test"}, True),
    ],
)
async def test_what_is_streamed_goes_the_way_of_what_is_listed(
    environment: dict[str, str], by_proxy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the proxy that the environment names, but for the addresses that it names: the key must not."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    heads: dict[str, list[bytes]] = {"proxy": [], "provider": []}

    def at(place: str) -> Callable[[bytes], bytes]:
        def answer(head: bytes) -> bytes:
            heads[place].append(head)
            return SAYS_HELLO

        return answer

    async with server(at("proxy")) as proxy, server(at("provider")) as provider:
        for name, value in environment.items():
            monkeypatch.setenv(name, value.format(proxy=proxy))
        line = await line_to(f"http://{provider}/v1")
        async with answered(line, QUESTION) as told:
            assert await whole(told) == b"Hello"
        await line.sdk.chat.completions.with_raw_response.create(model="scripted", messages=[])
        await line.close()
    assert [len(heads[place]) for place in ("proxy", "provider")] == ([2, 0] if by_proxy else [0, 2])
    if by_proxy:
        assert heads["proxy"][0].startswith(f"POST http://{provider}/v1/chat/completions ".encode())


async def test_who_the_proxy_knows_is_told_to_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    heads = []

    def answer(head: bytes) -> bytes:
        heads.append(head)
        return SAYS_HELLO

    async with server(answer) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://me:s%40cret@{proxy}")
        line = await line_to("http://model.test/v1", api_key="sk-one")
        async with answered(line, QUESTION):
            pass
        await line.close()
    assert f"Proxy-Authorization: Basic {base64.b64encode(b'me:s@cret').decode()}".encode() in heads[0]
    assert b"Authorization: Bearer sk-one" in heads[0]


async def test_an_address_that_cannot_be_is_one_of_the_errors_that_are_told() -> None:
    line = await line_to("http://a\\b/v1")
    with pytest.raises(sdk_errors()):
        await line.calls.post(b"{}")
    await line.close()


async def test_no_reply_waits_for_the_connection_of_another(provider: ScriptedUpstream, line: Line) -> None:
    many = 120  # aiohttp's own limit is 100
    answers = await asyncio.gather(*(answer_to(line.calls, HELD, 1) for _ in range(many)))
    assert len({call.connection for call in provider.calls}) == many
    for answer in answers:
        answer.hang_up()
        await answer.aclose()


async def test_the_sdks_own_transport_is_read_by_its_response() -> None:
    sent = "data: 世界\n\n".encode()
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, content=sent))
    calls = SdkCalls(httpx2.AsyncClient(transport=transport), "http://model.test/v1", {})
    answer = await answer_to(calls, QUESTION, 1)
    assert await whole(answer) == sent
    answer.hang_up()
    await answer.aclose()
