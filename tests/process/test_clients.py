"""Our clients, in JavaScript and Python, over SSE and WebSocket: cut, killed, stopped, aborted, refused."""

import asyncio
import itertools
from collections.abc import Iterator, Mapping
from typing import Any, cast

import aiohttp
import pytest
from browser.cut_line import CutLine
from process.harness.answers import losing
from process.harness.calls import Api, Json, caller
from process.harness.client_drivers import Driver, Kind, options_of
from process.harness.people import Person
from process.harness.processes import Server, StartServer
from process.harness.scripts import SCRIPTS, STALLED, ProviderLog, question, words

pytestmark = pytest.mark.process

REAPED_SECONDS = 60
"""The server starts, and watches for ten seconds what its predecessor left."""


class Used:
    """One client of Alice, and what is done with it."""

    def __init__(self, driver: Driver, api: Api, kind: Kind) -> None:
        self.driver = driver
        self.kind = kind
        self._options = options_of(api, kind)
        self._first: int | None = None

    def over(self, url: str, **options: Any) -> "Used":
        """The same, at that address."""
        other = Used.__new__(Used)
        other.driver, other.kind, other._first = self.driver, self.kind, None
        other._options = {**self._options, "url": url, **options}
        return other

    async def begin(self, verb: str, *given: Any, **known: Any) -> int:
        """All that one of these begins is begun by the same client."""
        number = self.driver.number()
        said: Json = {"options": self._options, "verb": verb, "given": given, "known": known}
        if self._first is not None:
            said["at"] = self._first
        await self.driver.say("begin", number, **said)
        if self._first is None:
            self._first = number
        return number

    async def text_of(self, number: int, least: int) -> str:
        """Its deltas joined, once they have so many characters: none may repeat or leave out a thing."""
        text = ""
        while len(text) < least:
            delta = await self.driver.hear_of(number, "delta")
            assert delta["offset"] == len(text)
            text += delta["text"]
        return text


@pytest.fixture(params=["js sse", "js websocket", "python sse", "python websocket"])
def client(request: pytest.FixtureRequest, drivers: Mapping[str, Driver], alice: Api) -> Used:
    language, kind = request.param.split()
    return Used(drivers[language], alice, cast("Kind", kind))


@pytest.fixture
def line(server: Server) -> Iterator[CutLine]:
    with CutLine(server.port) as line:
        yield line


def joined(told: list[Json]) -> str:
    """The text of the deltas by a client's one rule."""
    text = ""
    for delta in (each["delta"] for each in told if "delta" in each):
        assert delta["offset"] <= len(text)
        text = text[: delta["offset"]] + delta["text"]
    return text


async def test_a_line_that_is_cut_again_and_again_costs_no_character_and_asks_once(
    client: Used, line: CutLine, log: ProviderLog
) -> None:
    text = SCRIPTS * 4
    content = question(text=text, tokens=120, delay=0.02)
    number = await client.over(line.url).begin("ask", content)
    seen = ""
    told: list[Json] = []
    for least in (40, 160, 280):
        while len(seen) < least:
            told.append(await client.driver.hear(number))
            seen += told[-1].get("delta", {}).get("text", "")
        line.cut()
        line.mend()
    told += await client.driver.all_until(number, "closed")
    deltas = [each["delta"] for each in told if "delta" in each]
    assert "".join(delta["text"] for delta in deltas) == text, "each character once"
    offsets = itertools.accumulate((len(delta["text"]) for delta in deltas), initial=0)
    assert [delta["offset"] for delta in deltas] == list(offsets)[:-1]
    assert told[-1]["closed"]["text"] == text
    assert told[-1]["closed"]["status"] == "complete"
    assert sum("open" in each for each in told) == 4
    errors = [each["error"] for each in told if "error" in each]
    assert errors
    assert all(error["passing"] for error in errors)
    assert len(await log.of(content)) == 1


async def test_an_ask_whose_answer_was_lost_asks_once(
    client: Used, server: Server, alice: Api, log: ProviderLog
) -> None:
    content = question(tokens=20, delay=0.01)
    async with losing(server.port, b'"start"') as url:
        number = await client.over(url).begin("ask", content)
        told = await client.driver.all_until(number, "closed")
    assert sum("error" in each for each in told) == 1
    assert (told[-1]["closed"]["text"], told[-1]["closed"]["status"]) == (words(20), "complete")
    assert len(await log.of(content)) == 1
    [found] = (await alice.get("conversations", params={"q": content.partition(" ")[0]}))["results"]
    assert len((await alice.get(f"conversations/{found['id']}"))["messages"]) == 2


async def test_a_killed_server_leaves_the_client_with_what_was_saved(
    client: Used,
    start_server: StartServer,
    http: aiohttp.ClientSession,
    people: dict[str, Person],
) -> None:
    server = start_server(CHAT_AUTO_TITLE="0")
    api = caller(http, server.url, people["alice"])
    number = await client.over(server.url, key=people["alice"].key).begin(
        "ask", question(tokens=2000, delay=0.01)
    )
    told: list[Json] = []
    while len(joined(told)) < 600:
        told.append(await client.driver.hear(number))
    server.kill()
    await asyncio.to_thread(server.start)
    while "closed" not in told[-1]:
        told.append(await client.driver.hear(number, REAPED_SECONDS))
    closed = told[-1]["closed"]
    message = await api.message(closed["id"])
    assert (closed["status"], closed["text"]) == ("interrupted", message["content"])
    assert joined(told) == message["content"], "who joins the deltas has no more than that"
    assert words(2000).startswith(closed["text"])


async def test_stop_brings_the_last_words(client: Used, log: ProviderLog) -> None:
    content = question(**STALLED)
    number = await client.begin("ask", content)
    assert await client.text_of(number, len(words(3))) == words(3)
    await client.driver.say("stop", number)
    closed = await client.driver.hear_of(number, "closed")
    assert (closed["status"], closed["text"]) == ("stopped", words(3))
    assert await client.driver.hear_of(number, "answer") == "stopped"
    assert (await log.closed(content))["text"] == words(3)


async def test_abort_is_told_at_once_and_closes_the_provider(
    client: Used, alice: Api, log: ProviderLog
) -> None:
    content = question(**STALLED)
    number = await client.begin("ask", content)
    await client.text_of(number, len(words(3)))
    await client.driver.say("abort", number)
    told = await client.driver.all_until(number, "closed")
    told = [each for each in told if "event" not in each]  # such as a title that came just before
    assert [set(each) for each in told] == [{"aborted"}, {"closed"}]
    assert told[-1]["closed"]["status"] == "aborted"
    assert (await log.closed(content))["text"] == words(3)
    message = await alice.settled(told[-1]["closed"]["id"])
    assert (message["status"], message["content"]) == ("stopped", words(3))


async def test_without_a_window_closing_the_connection_is_the_abort(
    client: Used, alice: Api, log: ProviderLog
) -> None:
    content = question(**STALLED)
    number = await client.begin("ask", {"content": content, "resume_window": 0})
    await client.text_of(number, len(words(3)))
    await client.driver.say("abort", number)
    closed = await client.driver.hear_of(number, "closed")
    await log.closed(content)
    assert (await alice.settled(closed["id"]))["status"] == "interrupted"


async def test_an_abort_before_it_has_a_name_ends_it_when_it_has_one(
    client: Used, alice: Api, log: ProviderLog
) -> None:
    content = question(**STALLED)
    number = await client.begin("ask", content)
    await client.driver.say("abort", number)
    assert (await client.driver.hear_of(number, "closed"))["status"] == "aborted"
    if await log.of(content):  # it may have been taken back before it was sent
        await log.closed(content)
    for found in (await alice.get("conversations", params={"q": content.partition(" ")[0]}))["results"]:
        reply = (await alice.get(f"conversations/{found['id']}"))["active"]
        assert (await alice.settled(reply))["status"] == "stopped"


async def test_a_loop_gets_all_of_the_text_and_ends(client: Used) -> None:
    number = await client.begin("ask", question(text=SCRIPTS, tokens=40, delay=0.01))
    await client.text_of(number, 10)  # the loop begins late
    await client.driver.say("iterate", number)
    told = await client.driver.all_until(number, "iterated")
    yielded = [each["yielded"] for each in told if "yielded" in each]
    assert "".join(delta["text"] for delta in yielded) == SCRIPTS
    offsets = itertools.accumulate((len(delta["text"]) for delta in yielded), initial=0)
    assert [delta["offset"] for delta in yielded] == list(offsets)[:-1]


async def test_a_loop_that_is_left_aborts(client: Used, log: ProviderLog) -> None:
    content = question(**STALLED)
    number = await client.begin("ask", content)
    await client.text_of(number, 1)
    await client.driver.say("iterate", number, count=1)
    assert (await client.driver.hear_of(number, "closed"))["status"] == "aborted"
    assert (await log.closed(content))["closed"]


async def test_many_replies_of_one_client_come_whole_and_over_one_socket(client: Used, line: CutLine) -> None:
    at_line = client.over(line.url)
    numbers = [await at_line.begin("ask", question(tokens=30, delay=0.02)) for _ in range(5)]
    for number in numbers:
        closed = await client.driver.hear_of(number, "closed")
        assert (closed["text"], closed["status"]) == (words(30), "complete")
    if client.kind == "websocket":
        assert line.most_open == 1


async def test_two_followers_of_one_reply_in_one_client_get_each_character_once(
    client: Used, alice: Api
) -> None:
    asked = await alice.ask_behind(question(text=SCRIPTS, tokens=40, delay=0.02))
    first = await client.begin("follow", asked["reply"])
    text = await client.text_of(first, 20)
    second = await client.begin("follow", asked["reply"])
    assert joined(await client.driver.all_until(second, "closed")) == SCRIPTS
    rest = await client.driver.all_until(first, "closed")
    assert text + "".join(each["delta"]["text"] for each in rest if "delta" in each) == SCRIPTS


@pytest.mark.parametrize("knows", [True, False], ids=["with its text", "without its text"])
async def test_a_reply_that_goes_on_is_whole_at_its_end(client: Used, *, knows: bool) -> None:
    first = await client.begin("ask", question(**STALLED, then={"text": "and 世界 😀 so on", "tokens": 4}))
    await client.text_of(first, len(words(3)))
    await client.driver.say("stop", first)
    stopped = await client.driver.hear_of(first, "closed")
    known = {"text": stopped["text"]} if knows else {}
    number = await client.begin("continue", stopped["id"], {}, **known)
    told = await client.driver.all_until(number, "closed")
    whole = words(3) + "and 世界 😀 so on"
    assert told[-1]["closed"] == {"status": "complete", "text": whole, "id": stopped["id"]}
    first_delta = next(each["delta"] for each in told if "delta" in each)
    assert first_delta["offset"] == (len(words(3)) if knows else 0)


async def test_a_refusal_is_told_in_the_servers_words_and_not_tried_again(client: Used) -> None:
    number = await client.begin("ask", {"content": "Hi", "model": "nothing"})
    told = await client.driver.all_until(number, "closed")
    [error] = [each["error"] for each in told if "error" in each]
    assert error["fields"]["code"] == "model_not_found"
    assert (error["message"], error["passing"]) == (error["fields"]["message"], False)
    assert told[-1]["closed"]["status"] == "refused"


async def test_credentials_that_are_not_good_are_told_as_that(client: Used, server: Server) -> None:
    number = await client.over(server.url, key="chat-nothing").begin("ask", "Hi")
    told = await client.driver.all_until(number, "closed")
    error = next(each["error"] for each in told if "error" in each)
    assert (error["status"], error["passing"]) == (401, False)


async def test_a_server_that_is_not_there_is_given_up_after_the_clients_patience(client: Used) -> None:
    number = await client.over("http://127.0.0.1:9", patience=1).begin("ask", "Hi")
    told = await client.driver.all_until(number, "closed")
    errors = [each["error"] for each in told if "error" in each]
    assert len(errors) >= 2
    assert errors[0]["passing"]
    assert told[-1]["closed"]["status"] == "refused"


async def test_what_is_asked_in_the_background_is_named_at_once(client: Used, alice: Api) -> None:
    number = client.driver.number()
    options = client._options
    await client.driver.say(
        "call", number, options=options, verb="begin", given=[question(tokens=5, delay=0.01)]
    )
    ids = await client.driver.hear_of(number, "answer")
    assert (await alice.settled(ids["reply"]))["content"] == words(5)
