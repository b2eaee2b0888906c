"""Conversations, messages, feedback and models over HTTP: every field that a client may rely on."""

import asyncio
import re

import aiohttp
import pytest
from process.harness.calls import Api, caller
from process.harness.people import Person
from process.harness.processes import Server
from process.harness.scripts import ProviderLog, question, words

pytestmark = pytest.mark.process

CONVERSATION = {
    *("id", "title", "model", "system_prompt", "params", "temporary", "pinned", "archived", "active"),
    *("created", "updated"),
}
MESSAGE = {
    *("id", "conversation", "parent", "role", "content", "reasoning", "status", "model", "finish_reason"),
    *("usage", "error", "created", "started", "first_token", "first_text", "ended", "feedback"),
}
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@pytest.fixture
def newcomer(http: aiohttp.ClientSession, server: Server, stranger: Person) -> Api:
    """Somebody whose lists are empty."""
    return caller(http, server.url, stranger)


async def made(api: Api, **fields: object) -> str:
    answer = await api.call("POST", "conversations", fields)
    assert answer.status == 201, answer.body
    conversation: str = answer.json["id"]
    return conversation


async def test_a_conversation_has_exactly_its_fields(alice: Api) -> None:
    answer = await alice.call(
        "POST", "conversations", {"title": "Plans", "model": "scripted", "system_prompt": "Be brief."}
    )
    assert answer.status == 201
    assert set(answer.json) - {"messages"} == CONVERSATION
    assert (answer.json["title"], answer.json["system_prompt"]) == ("Plans", "Be brief.")
    assert (answer.json["pinned"], answer.json["archived"], answer.json["active"]) == (False, False, None)
    assert RFC_3339.fullmatch(answer.json["created"])
    alone = await alice.get(f"conversations/{answer.json['id']}")
    assert set(alone) == CONVERSATION | {"messages"}
    assert alone["messages"] == []


async def test_a_message_has_exactly_its_fields(alice: Api) -> None:
    asked = await alice.ask_behind(question(tokens=2, reasoning="hm"))
    reply = await alice.settled(asked["reply"])
    conversation = await alice.get(f"conversations/{asked['conversation']}")
    assert conversation["active"] == asked["reply"]
    assert [message["id"] for message in conversation["messages"]] == [asked["request"], asked["reply"]]
    assert conversation["messages"][1] == reply
    for message in conversation["messages"]:
        assert set(message) >= MESSAGE
    for name in ("created", "started", "first_token", "ended"):
        assert RFC_3339.fullmatch(reply[name]), name
    assert reply["usage"]["completion_tokens"] == 2
    assert (reply["error"], reply["feedback"]) == (None, None)


async def test_the_system_prompt_and_the_branch_reach_the_provider(alice: Api, log: ProviderLog) -> None:
    conversation = await made(alice, system_prompt="Be a pirate.")
    first, second = question(tokens=2), question(tokens=1)
    for content in (first, second):
        body = {"content": content, "conversation": conversation, "stream": False}
        assert (await alice.call("POST", "chat", body)).status == 200
    sent = (await log.of(second))[0]["body"]["messages"]
    assert [(message["role"], message["content"]) for message in sent] == [
        ("system", "Be a pirate."),
        ("user", first),
        ("assistant", words(2)),
        ("user", second),
    ]


async def test_model_and_params_reach_the_provider(alice: Api, log: ProviderLog) -> None:
    content = question(tokens=1)
    body = {"content": content, "model": "scripted-two", "params": {"temperature": 0.3, "max_tokens": 50}}
    answer = await alice.call("POST", "chat", {**body, "stream": False})
    sent = (await log.of(content))[0]["body"]
    assert answer.json["model"] == "scripted-two"
    assert (sent["model"], sent["temperature"], sent["stream"]) == ("scripted-two", 0.3, True)
    assert 50 in (sent.get("max_tokens"), sent.get("max_completion_tokens"))


async def test_a_conversation_can_be_changed(alice: Api) -> None:
    conversation = await made(alice, title="Before")
    changes = {"title": "After 世界", "pinned": True, "system_prompt": "Short."}
    answer = await alice.call("PATCH", f"conversations/{conversation}", changes)
    assert answer.status == 200
    assert {name: answer.json[name] for name in changes} == changes
    read = await alice.get(f"conversations/{conversation}")
    assert {name: read[name] for name in changes} == changes


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"title": 5}, "title"),
        ({"title": ""}, "title"),
        ({"pinned": "yes"}, "pinned"),
        ({"owner": "me"}, "owner"),
        ({"model": "no-such-model"}, "model"),
    ],
)
async def test_a_wrong_change_is_400(alice: Api, changes: dict[str, object], param: str) -> None:
    conversation = await made(alice, title="Stays")
    answer = await alice.call("PATCH", f"conversations/{conversation}", changes)
    assert (answer.status, answer.error["param"]) == (400, param)
    assert (await alice.get(f"conversations/{conversation}"))["title"] == "Stays"


async def test_the_active_branch_can_be_chosen(alice: Api) -> None:
    asked = await alice.ask_behind(question(tokens=1))
    await alice.settled(asked["reply"])
    again = await alice.call("POST", f"messages/{asked['reply']}/regenerate", {"stream": False})
    path = f"conversations/{asked['conversation']}"
    assert (await alice.get(path))["active"] == again.json["id"]
    answer = await alice.call("PATCH", path, {"active": asked["reply"]})
    assert (answer.status, answer.json["active"]) == (200, asked["reply"])
    stranger = await alice.ask_behind(question(tokens=1))
    refused = await alice.call("PATCH", path, {"active": stranger["reply"]})
    assert refused.status == 400


async def test_a_deleted_conversation_is_gone_at_once_and_its_reply_stopped(
    alice: Api, log: ProviderLog
) -> None:
    content = question(fail="stall", after=2, tokens=9)
    asked = await alice.ask_behind(content)
    await log.reached(content, 2)
    async with alice.open("GET", f"messages/{asked['reply']}/stream?format=ndjson") as response:
        await response.content.readuntil(b"word1")
        answer = await alice.call("DELETE", f"conversations/{asked['conversation']}")
        assert (answer.status, answer.body) == (204, b"")
        tail = await asyncio.wait_for(response.read(), 10)
    assert b'"stopped"' in tail
    assert b'"deleted"' in tail
    for path in (f"conversations/{asked['conversation']}", f"messages/{asked['reply']}"):
        assert (await alice.call("GET", path)).status == 404
    assert (await alice.call("DELETE", f"conversations/{asked['conversation']}")).status == 404
    await log.closed(content)


async def test_lists_go_on_by_cursor_and_keep_the_archive_apart(newcomer: Api) -> None:
    made_ids = [await made(newcomer, title=f"Number {number}") for number in range(5)]
    assert (await newcomer.call("PATCH", f"conversations/{made_ids[0]}", {"archived": True})).status == 200
    seen: list[str] = []
    query = {"limit": "2"}
    while True:
        page = await newcomer.get("conversations", params=query)
        assert set(page) == {"results", "next"}
        assert len(page["results"]) <= 2
        assert all(set(row) == CONVERSATION for row in page["results"])
        seen += [row["id"] for row in page["results"]]
        if page["next"] is None:
            break
        query = {"limit": "2", "cursor": page["next"]}
    assert seen == made_ids[:0:-1]
    archived = await newcomer.get("conversations", params={"archived": "true"})
    assert [row["id"] for row in archived["results"]] == made_ids[:1]
    unarchived = await newcomer.get("conversations", params={"archived": "false"})
    assert len(unarchived["results"]) == 4


async def test_search_finds_words_of_titles_and_messages(newcomer: Api) -> None:
    await made(newcomer, title="Gardening")
    answer = await newcomer.call(
        "POST", "chat", {"content": "pomegranate " + question(text="the quince ripens"), "stream": False}
    )
    for word in ("pomegranate", "quince"):
        found = await newcomer.get("conversations", params={"q": word})
        assert [row["id"] for row in found["results"]] == [answer.json["conversation"]], word
    assert len((await newcomer.get("conversations", params={"q": "gardening"}))["results"]) == 1
    assert (await newcomer.get("conversations", params={"q": "zeppelin"}))["results"] == []


@pytest.mark.parametrize("text", ['"', "'", "*", "a OR", "NEAR(", "-", "%", "\\", ":", "a:b", "😀"])
async def test_a_search_for_anything_is_a_search(alice: Api, text: str) -> None:
    assert "results" in await alice.get("conversations", params={"q": text})


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"archived": "perhaps"}, "archived"),
    ],
)
async def test_a_wrong_query_of_a_list_is_400(alice: Api, query: dict[str, str], param: str) -> None:
    answer = await alice.call("GET", "conversations", params=query)
    assert (answer.status, answer.error["param"]) == (400, param)


async def test_feedback_is_saved_changed_and_taken_back(alice: Api) -> None:
    asked = await alice.ask_behind(question(tokens=1))
    await alice.settled(asked["reply"])
    path = f"messages/{asked['reply']}/feedback"
    for given in ({"rating": 1, "comment": "good 😀"}, {"rating": -1, "comment": None}):
        answer = await alice.call("PUT", path, given)
        assert answer.status == 200
        assert answer.json == await alice.message(asked["reply"])
        assert {name: answer.json["feedback"][name] for name in given} == given
    answer = await alice.call("PUT", path, {"rating": None, "comment": None})
    feedback = answer.json["feedback"]
    assert feedback is None or (feedback["rating"], feedback["comment"]) == (None, None)


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"rating": 2}, "rating"),
        ({"rating": "1"}, "rating"),
        ({"comment": 1}, "comment"),
        ({"stars": 1}, "stars"),
    ],
)
async def test_wrong_feedback_is_400(alice: Api, given: dict[str, object], param: str) -> None:
    asked = await alice.ask_behind(question(tokens=1))
    answer = await alice.call("PUT", f"messages/{asked['reply']}/feedback", given)
    assert (answer.status, answer.error["param"]) == (400, param)


async def test_the_models_are_what_the_provider_lists(alice: Api) -> None:
    models = await alice.get("models")
    assert set(models) == {"results", "next"}
    assert {model["id"] for model in models["results"]} == {"scripted", "scripted-two"}
    assert all(
        set(model) == {"id", "name", "context_length", "vision", "default"} for model in models["results"]
    )
    assert [model["default"] for model in models["results"]].count(True) == 1


async def test_the_description_names_every_address(nobody: Api) -> None:
    description = await nobody.get("openapi.json")
    assert description["openapi"].startswith("3.")
    paths = {path.removeprefix("/api/v1") for path in description["paths"]}
    for path in ("/chat", "/conversations", "/models"):
        assert path in paths
    verbs = ("stream", "stop", "regenerate", "continue", "feedback")
    assert all(any(path.endswith(f"/{verb}") for path in paths) for verb in verbs)
    page = await nobody.call("GET", "docs")
    assert page.headers["Content-Type"].startswith("text/html")


async def test_a_title_that_a_person_gave_stays(alice: Api, log: ProviderLog) -> None:
    conversation = await made(alice, title="Mine")
    content = question(tokens=20, delay=0.01, title="Not this")
    body = {"content": content, "conversation": conversation, "stream": False}
    assert (await alice.call("POST", "chat", body)).status == 200
    assert (await alice.get(f"conversations/{conversation}"))["title"] == "Mine"
