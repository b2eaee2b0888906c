"""What a caller may still do: requests a minute, running replies, open sockets, the length of a reply."""

import asyncio

import aiohttp
import pytest
from process.harness.calls import Api, caller
from process.harness.people import Person
from process.harness.processes import Server, StartServer
from process.harness.scripts import question, words
from process.harness.sockets import Socket
from process.harness.transports import OverHttp

pytestmark = pytest.mark.process

REQUESTS = 12
STREAMS = 2
SOCKETS = 2


@pytest.fixture(scope="module")
def strict(start_module_server: StartServer) -> Server:
    """A server that allows very little."""
    return start_module_server(
        CHAT_MODELS="scripted",
        CHAT_REQUESTS_PER_MINUTE=str(REQUESTS),
        CHAT_MAX_STREAMS_PER_USER=str(STREAMS),
        CHAT_MAX_SOCKETS_PER_USER=str(SOCKETS),
        CHAT_MAX_REPLY_CHARS="100",
        CHAT_MAX_MESSAGE_CHARS="300",
        CHAT_MAX_BODY_BYTES="5000",
        CHAT_AUTO_TITLE="0",
    )


@pytest.fixture
def api(http: aiohttp.ClientSession, strict: Server, stranger: Person) -> Api:
    return caller(http, strict.url, stranger)


async def test_every_answer_says_what_is_left(api: Api) -> None:
    left = []
    for _ in range(3):
        answer = await api.call("GET", "models")
        assert answer.headers["X-RateLimit-Limit"] == str(REQUESTS)
        assert 0 < int(answer.headers["X-RateLimit-Reset"]) <= 60
        left.append(int(answer.headers["X-RateLimit-Remaining"]))
    assert left == [REQUESTS - 1, REQUESTS - 2, REQUESTS - 3]
    stream = await api.call("POST", "chat", {"content": question(tokens=1)})
    assert stream.headers["X-RateLimit-Remaining"] == str(REQUESTS - 4)


async def test_beyond_the_limit_is_429_with_the_time_to_wait(api: Api) -> None:
    answers = [await api.call("GET", "models") for _ in range(REQUESTS + 1)]
    assert [answer.status for answer in answers] == [200] * REQUESTS + [429]
    refused = answers[-1]
    assert refused.error["type"] == "rate_limit_error"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["X-RateLimit-Remaining"] == "0"


async def test_one_user_s_limit_is_not_another_s(
    api: Api, http: aiohttp.ClientSession, strict: Server, people: dict[str, Person]
) -> None:
    for _ in range(REQUESTS + 1):
        await api.call("GET", "models")
    other = caller(http, strict.url, people["bob"])
    assert (await other.call("GET", "models")).status == 200


async def test_following_stopping_and_joining_are_not_counted(api: Api) -> None:
    content = question(tokens=2)
    body, headers = {"content": content}, {"Idempotency-Key": content[:20]}
    first = await api.call("POST", "chat", body, headers=headers)
    reply = first.headers["X-Message-Id"]
    for _ in range(REQUESTS):
        assert (await api.call("GET", f"messages/{reply}/stream")).status == 200
        assert (await api.call("POST", f"messages/{reply}/stop")).status == 200
        assert (await api.call("POST", "chat", body, headers=headers)).headers["X-Message-Id"] == reply
    left = await api.call("GET", "models")
    assert left.headers["X-RateLimit-Remaining"] == str(REQUESTS - 2)


async def test_so_many_replies_of_a_user_may_run_and_no_more(api: Api) -> None:
    replies = []
    for _ in range(STREAMS):
        asked = await api.ask_behind(question(fail="stall", after=1, tokens=3))
        replies.append(asked["reply"])
    answer = await api.call("POST", "chat", {"content": question()})
    assert (answer.status, answer.error["type"]) == (429, "rate_limit_error")
    assert int(answer.headers["Retry-After"]) > 0
    await api.stop(replies[0])
    assert (await api.call("POST", "chat", {"content": question(tokens=1)})).status == 200
    await api.stop(replies[1])


async def test_a_refused_call_claims_no_idempotency_key(api: Api) -> None:
    running = [
        (await api.ask_behind(question(fail="stall", after=1, tokens=3)))["reply"] for _ in range(STREAMS)
    ]
    content = question(tokens=2)
    headers = {"Idempotency-Key": content[:20]}
    refused = await api.call("POST", "chat", {"content": content}, headers=headers)
    assert refused.status == 429
    for reply in running:
        await api.stop(reply)
    answer = await api.call("POST", "chat", {"content": content, "stream": False}, headers=headers)
    assert (answer.status, answer.json["content"]) == (200, words(2))


async def test_too_many_sockets_close_with_4429(api: Api) -> None:
    async with Socket.open(api.url, api.headers) as one, Socket.open(api.url, api.headers) as two:
        await one.admitted()
        await two.admitted()
        async with Socket.open(api.url, api.headers) as three:
            assert await three.closed() == 4429
        await one.connection.close()

        async def opens() -> bool:
            async with Socket.open(api.url, api.headers) as again:
                await again.send({"type": "ping"})
                return await again.event() is not None

        async with asyncio.timeout(10):
            while not await opens():
                await asyncio.sleep(0.02)


async def test_the_limit_on_a_socket_is_an_error_and_not_a_close(api: Api) -> None:
    async with Socket.open(api.url, api.headers) as socket:
        for _ in range(REQUESTS + 1):
            answer = await socket.answer({"type": "send", "content": question(tokens=1)})
            if answer["type"] == "error":
                break
            await socket.next_of("end")
        assert answer["error"]["type"] == "rate_limit_error"
        await socket.admitted()


async def test_an_overlong_reply_ends_at_the_limit_with_length(api: Api) -> None:
    content = question(tokens=50, delay=0.005)
    async with OverHttp(api, "sse").ask(content) as stream:
        reading = await stream.rest()
    assert (reading.text, reading.end["finish_reason"]) == (words(50)[:100], "length")
    assert (await api.message(reading.start["reply"]))["content"] == reading.text


async def test_the_limits_on_text_and_body_are_413(api: Api) -> None:
    text = await api.call("POST", "chat", {"content": "x" * 301})
    body = await api.call("POST", "chat", {"content": "x", "params": {"stop": ["y" * 5000]}})
    assert (text.status, body.status) == (413, 413)
    assert text.error["param"] == "content"


async def test_without_automatic_titles_the_first_words_are_the_title(api: Api) -> None:
    content = "How do bees fly in the rain " + question(tokens=1)
    answer = await api.call("POST", "chat", {"content": content, "stream": False})
    conversation = await api.get(f"conversations/{answer.json['conversation']}")
    assert conversation["title"].startswith("How do bees")
