"""Replies through what people put before the server: early, piece by piece, aborted, and taken up again."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager

import pytest
from openai import AsyncOpenAI
from process.harness.calls import Api
from process.harness.people import Person
from process.harness.processes import Server
from process.harness.proxies import Proxy, dev_server, nginx
from process.harness.scripts import STALLED, ProviderLog, question, words
from process.harness.transports import Transport, over

pytestmark = pytest.mark.process

SLOW = {"tokens": 8, "delay": 0.15}
PACKED = {"Accept-Encoding": "gzip, deflate"}
"""As every browser asks, and as a compressing proxy likes it."""
WAYS = ("nginx", "nginx in HTTP/1.0", "webpack", "vite")


@pytest.fixture(scope="module", params=WAYS)
def proxy(
    request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """nginx with gzip and the buffering that it has by itself, and the dev servers with compression."""
    folder = tmp_path_factory.mktemp("proxy")
    ways: dict[str, AbstractContextManager[Proxy]] = {
        "nginx": nginx(folder, server.url),
        "nginx in HTTP/1.0": nginx(folder, server.url, version="1.0"),
        "webpack": dev_server("webpack", folder, server),
        "vite": dev_server("vite", folder, server),
    }
    with ways[request.param] as proxy:
        yield proxy


@pytest.fixture
def far(alice: Api, proxy: Proxy) -> Api:
    """Alice, who calls through it, as a page of that address would."""
    return alice.at(proxy.url).sending(Origin=proxy.url, **PACKED)


@pytest.fixture(params=["sse", "ndjson", "websocket"])
def through(request: pytest.FixtureRequest, far: Api) -> Transport:
    return over(far, request.param)


async def test_what_a_silent_provider_had_said_is_all_here(through: Transport) -> None:
    """No byte follows it that could push it out of a buffer."""
    async with through.ask(question(**STALLED)) as stream:
        reading = await stream.words(3)
        assert reading.text == words(3)


async def test_each_word_is_here_before_the_last_one_is_said(through: Transport, log: ProviderLog) -> None:
    content = question(**SLOW)
    async with through.ask(content) as stream:
        for count in range(1, 6):
            await stream.words(count)
            [asked] = await log.of(content)
            assert asked["pieces"] < 8
        reading = await stream.rest()
    assert (reading.text, reading.status) == (words(8), "complete")


async def test_the_bare_text_is_early(far: Api, log: ProviderLog) -> None:
    content = question(**STALLED)
    seen = b""
    async with far.open("POST", "chat?format=text", {"content": content}) as response:
        while seen.decode() != words(3):
            seen += await response.content.readany()
            assert not response.content.at_eof()


async def test_openais_client_reads_it_word_by_word(
    proxy: Proxy, people: Mapping[str, Person], log: ProviderLog
) -> None:
    content = question(**SLOW)
    async with AsyncOpenAI(base_url=f"{proxy.url}/v1", api_key=people["alice"].key) as client:
        stream = await client.chat.completions.create(
            model="scripted", messages=[{"role": "user", "content": content}], stream=True
        )
        text = ""
        early = 0
        async for chunk in stream:
            text += chunk.choices[0].delta.content or ""
            [asked] = await log.of(content)
            early += bool(text) and asked["pieces"] < 8
    assert text == words(8)
    assert early >= 4


async def test_an_abort_reaches_the_provider_and_keeps_what_came(
    through: Transport, alice: Api, log: ProviderLog
) -> None:
    content = question(**STALLED)
    async with through.ask(content) as stream:
        reply = await stream.started()
        await stream.words(3)
        stream.cut()
    await log.closed(content)
    saved = await alice.settled(reply)
    assert (saved["status"], saved["content"]) == ("interrupted", words(3))


async def test_a_client_that_was_cut_off_comes_back_through_it_and_has_every_word_once(
    through: Transport, log: ProviderLog
) -> None:
    content = question(tokens=30, delay=0.03)
    async with through.ask(content, resume_window=20) as stream:
        await stream.words(5)
        stream.cut()
    async with through.follow(stream.reading.start["reply"], stream.reading.goes_on()) as again:
        reading = await again.rest()
    assert (reading.text, reading.overlaps, reading.status) == (words(30), 0, "complete")
    assert len(await log.of(content)) == 1
