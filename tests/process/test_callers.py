"""Who may call: keys, sessions with CSRF, tickets, other origins; and what is whose."""

import asyncio

import aiohttp
import pytest
from process.harness.browser_session import BrowserSession
from process.harness.calls import Answer, Api, caller
from process.harness.people import Person
from process.harness.processes import Server, manage
from process.harness.scripts import ProviderLog, question, words
from process.harness.transports import OverHttp, over
from process.harness.waiting import until

pytestmark = pytest.mark.process

UNKNOWN = "01890000-0000-7000-8000-000000000000"
ELSEWHERE = "https://app.example"


@pytest.fixture
async def browser(nobody: Api) -> BrowserSession:
    """Alice, signed in."""
    session = BrowserSession(nobody)
    await session.sign_in("alice")
    return session


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "chat"),
        ("GET", "chat?content=hi"),
        ("GET", f"messages/{UNKNOWN}"),
        ("GET", f"messages/{UNKNOWN}/stream"),
        ("POST", f"messages/{UNKNOWN}/stop"),
        ("POST", f"messages/{UNKNOWN}/regenerate"),
        ("POST", f"messages/{UNKNOWN}/continue"),
        ("PUT", f"messages/{UNKNOWN}/feedback"),
        ("GET", "conversations"),
        ("POST", "conversations"),
        ("GET", f"conversations/{UNKNOWN}"),
        ("PATCH", f"conversations/{UNKNOWN}"),
        ("DELETE", f"conversations/{UNKNOWN}"),
        ("GET", "models"),
    ],
)
async def test_without_credentials_every_call_is_401(nobody: Api, method: str, path: str) -> None:
    answer = await nobody.call(method, path, {} if method != "GET" else None)
    assert (answer.status, answer.error["type"]) == (401, "authentication_error")


@pytest.mark.parametrize("path", ["openapi.json", "docs"])
async def test_the_description_needs_no_sign_in(nobody: Api, path: str) -> None:
    assert (await nobody.call("GET", path)).status == 200


@pytest.mark.parametrize("value", ["Bearer wrong", "Bearer ", "Basic YTpi", "Bearer ü", "nonsense"])
async def test_a_bad_bearer_is_401_whatever_the_cookie_says(browser: BrowserSession, value: str) -> None:
    assert (await browser.reading.call("GET", "models")).status == 200
    answer = await browser.reading.call("GET", "models", headers={"Authorization": value})
    assert (answer.status, answer.error["type"]) == (401, "authentication_error")


async def test_a_key_needs_no_csrf_token(alice: Api) -> None:
    answer = await alice.call("POST", "conversations", {"title": "By a program"})
    assert answer.status == 201


async def test_a_session_needs_the_csrf_token_for_what_changes_something(browser: BrowserSession) -> None:
    without = await browser.reading.call("POST", "conversations", {"title": "x"})
    assert (without.status, without.error["type"]) == (403, "permission_error")
    assert (await browser.writing.call("POST", "conversations", {"title": "x"})).status == 201


async def test_a_session_streams_as_a_key_does(browser: BrowserSession) -> None:
    async with OverHttp(browser.writing, "sse").ask(question(tokens=3)) as stream:
        assert (await stream.rest()).text == words(3)


async def test_an_event_source_asks_by_get_from_the_same_origin_only(
    browser: BrowserSession, log: ProviderLog
) -> None:
    content = question(tokens=3)
    query = {"content": content}

    async def ask(**headers: str) -> Answer:
        return await browser.reading.sending(**headers).call("GET", "chat", params=query)

    refused = [
        await ask(),
        await ask(Sec_Fetch_Site="cross-site"),
        await ask(Sec_Fetch_Site="same-site"),
        await ask(Sec_Fetch_Site="none"),
        await ask(Sec_Fetch_Site="same-origin", Sec_Purpose="prefetch"),
    ]
    assert [answer.status for answer in refused] == [403] * len(refused)
    assert {answer.error["type"] for answer in refused} == {"permission_error"}
    assert await log.of(content) == []
    allowed = await ask(Sec_Fetch_Site="same-origin")
    assert allowed.status == 200
    assert b"word2" in allowed.body


async def test_an_event_source_that_asked_by_get_reconnects_by_get(alice: Api, log: ProviderLog) -> None:
    content = question(tokens=20, delay=0.02)
    path = "chat"
    query = {"content": content, "resume_window": "10", "format": "sse"}
    last_id = ""
    async with alice.open("GET", path, params=query) as response:
        assert response.status == 200
        while b"word3" not in (line := await response.content.readline()):
            last_id = line.decode()[4:].strip() if line.startswith(b"id: ") else last_id
    again = await alice.call("GET", path, params=query, headers={"Last-Event-ID": last_id})
    assert again.status == 200
    assert b"word3" in again.body
    assert b'"type":"start"' not in again.body.replace(b": ", b":")
    assert len(await log.of(content)) == 1


@pytest.mark.parametrize(
    ("query", "param"),
    [({"content": ""}, "content"), ({}, "content"), ({"content": "hi", "stream": "perhaps"}, "stream")],
)
async def test_a_query_is_held_to_the_same_rules_as_a_body(
    alice: Api, query: dict[str, str], param: str
) -> None:
    answer = await alice.call("GET", "chat", params=query)
    assert (answer.status, answer.error["param"]) == (400, param)


async def test_a_ticket_follows_its_one_reply_and_nothing_else(alice: Api, nobody: Api) -> None:
    asked = await alice.ask_behind(question(tokens=3))
    other = await alice.ask_behind(question(tokens=3))
    ticket = asked["stream_url"].partition("ticket=")[2]
    assert (await nobody.call("GET", asked["stream_url"])).status == 200
    for path in (
        f"messages/{other['reply']}/stream?ticket={ticket}",
        f"messages/{asked['reply']}?ticket={ticket}",
        f"conversations?ticket={ticket}",
        f"messages/{asked['reply']}/stream?ticket=x{ticket}",
        f"messages/{asked['reply']}/stream?ticket=",
    ):
        answer = await nobody.call("GET", path)
        assert (answer.status, answer.error["type"]) == (401, "authentication_error"), path
    stop = await nobody.call("POST", f"messages/{asked['reply']}/stop?ticket={ticket}")
    assert stop.status == 401


async def test_a_wrong_key_beside_a_good_ticket_is_401(alice: Api, nobody: Api) -> None:
    asked = await alice.ask_behind(question(tokens=3))
    answer = await nobody.call("GET", asked["stream_url"], headers={"Authorization": "Bearer wrong"})
    assert answer.status == 401


async def test_tickets_and_event_ids_are_not_in_the_log(alice: Api, nobody: Api, server: Server) -> None:
    asked = await alice.ask_behind(question(tokens=3))
    streamed = await nobody.call("GET", asked["stream_url"])
    last_id = [line[4:] for line in streamed.body.decode().split("\n") if line.startswith("id: ")][-1]
    await nobody.call("GET", f"{asked['stream_url']}&last_event_id={last_id}")
    ticket = asked["stream_url"].partition("ticket=")[2]
    assert ticket not in server.log()
    assert last_id not in server.log()


async def test_only_the_origins_of_the_setting_may_read_answers(alice: Api, nobody: Api) -> None:
    asks_first = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type, x-stainless-lang",
    }
    allowed = await nobody.call("OPTIONS", "chat", headers={"Origin": ELSEWHERE, **asks_first})
    assert allowed.status in (200, 204)
    assert allowed.headers["Access-Control-Allow-Origin"] == ELSEWHERE
    assert "Access-Control-Allow-Credentials" not in allowed.headers
    named = {name.strip().lower() for name in allowed.headers["Access-Control-Allow-Headers"].split(",")}
    assert named >= {"authorization", "content-type", "x-stainless-lang"}
    answer = await alice.call("GET", "models", headers={"Origin": ELSEWHERE})
    assert answer.headers["Access-Control-Allow-Origin"] == ELSEWHERE
    exposed = {name.strip() for name in answer.headers["Access-Control-Expose-Headers"].split(",")}
    assert exposed >= {"X-Conversation-Id", "X-Message-Id", "Retry-After", "X-RateLimit-Limit"}
    assert "Origin" in answer.headers["Vary"]
    for origin in ("https://evil.example", "null"):
        refused = await nobody.call("OPTIONS", "chat", headers={"Origin": origin, **asks_first})
        read = await alice.call("GET", "models", headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in refused.headers
        assert "Access-Control-Allow-Origin" not in read.headers


async def test_errors_can_be_read_from_another_origin_too(nobody: Api) -> None:
    answer = await nobody.call("GET", "models", headers={"Origin": ELSEWHERE})
    assert answer.status == 401
    assert answer.headers["Access-Control-Allow-Origin"] == ELSEWHERE


async def test_a_cookie_from_another_origin_changes_nothing(browser: BrowserSession) -> None:
    headers = {"Origin": ELSEWHERE}
    answer = await browser.writing.call("POST", "conversations", {"title": "x"}, headers=headers)
    assert answer.status == 403


async def test_every_answer_of_the_api_says_nosniff_and_no_store(alice: Api, nobody: Api) -> None:
    for answer in (
        await alice.call("GET", "models"),
        await alice.call("POST", "chat", {"content": question(tokens=1)}),
        await nobody.call("GET", "models"),
        await alice.call("GET", "nothing-here"),
        await nobody.call("GET", "openapi.json"),
    ):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]


async def test_what_belongs_to_another_is_404_for_every_verb(alice: Api, bob: Api) -> None:
    asked = await bob.ask_behind(question(tokens=2))
    await bob.settled(asked["reply"])
    message, conversation = f"messages/{asked['reply']}", f"conversations/{asked['conversation']}"
    calls = [
        ("GET", message, None),
        ("GET", f"{message}/stream", None),
        ("POST", f"{message}/stop", None),
        ("POST", f"{message}/regenerate", {}),
        ("POST", f"{message}/continue", {}),
        ("PUT", f"{message}/feedback", {"rating": 1}),
        ("GET", conversation, None),
        ("PATCH", conversation, {"title": "mine"}),
        ("DELETE", conversation, None),
        ("POST", "chat", {"content": question(), "conversation": asked["conversation"]}),
    ]
    for method, path, body in calls:
        theirs = await alice.call(method, path, body)
        nowhere = {"content": question(), "conversation": UNKNOWN} if path == "chat" else body
        unknown_path = path.replace(asked["reply"], UNKNOWN).replace(asked["conversation"], UNKNOWN)
        unknown = await alice.call(method, unknown_path, nowhere)
        assert theirs.status == unknown.status == 404, (method, path)
        assert theirs.error == unknown.error, "the two must look the same"
    assert (await bob.get(f"conversations/{asked['conversation']}"))["title"] != "mine"


@pytest.mark.parametrize("name", ["sse", "websocket"])
async def test_a_revoked_key_ends_its_open_streams(
    server: Server, stranger: Person, http: aiohttp.ClientSession, name: str
) -> None:
    api = caller(http, server.url, stranger)
    async with over(api, name).ask(question(fail="stall", after=2, tokens=9)) as stream:
        await stream.words(2)
        await asyncio.to_thread(manage, server.settings, "revoke_api_key", stranger.key[:12])

        async def ended() -> bool:
            return await stream.next() is None or stream.reading.ended is not None

        await until(ended, what="the end of the stream")
    answer = await api.call("GET", "models")
    assert answer.status == 401


async def test_a_deactivated_user_is_nobody(
    server: Server, stranger: Person, http: aiohttp.ClientSession
) -> None:
    api = caller(http, server.url, stranger)
    assert (await api.call("GET", "models")).status == 200
    code = f"User.objects.filter(username={stranger.name!r}).update(is_active=False)"
    imports = "from django.contrib.auth.models import User"
    await asyncio.to_thread(manage, server.settings, "shell", "-v", "0", "-c", f"{imports}; {code}")
    assert (await api.call("GET", "models")).status == 401
