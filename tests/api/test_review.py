"""The review desk by API: the same filters, reader and entries of the audit log as on its pages."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from api.reading import error_of
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, Permission, User
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream
from fakes.reviewed import make_conversation
from pytest_django import Settings

from chat.auth.keys import create_key
from chat.models import AuditEntry, Conversation, Flag, Label, Review
from chat.scopes import Scope
from chat.search.index import put_conversation

DESK = "/api/v1/review/conversations"
Call = Callable[..., Any]


class Reviewing(AsyncClient):
    """Calls with a key that reviews, and no other scope."""

    def __init__(self, user: User, *scopes: Scope) -> None:
        super().__init__()
        self._key = create_key(user, scopes=scopes or ("review",))[1]

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        data = b"" if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._key}"}
        return await self.generic(method, path, data, "application/json", headers=headers)


@pytest.fixture
def as_carol(upstream: FedUpstream, carol: User) -> Reviewing:
    return Reviewing(carol)


@pytest.fixture
def hers(upstream: FedUpstream, alice: User) -> Conversation:
    row = make_conversation(alice, ("Where are the marmots?", "In the mountains."), title="Marmots")
    put_conversation(row.id)
    return row


@sync_to_async
def entries() -> list[tuple[str, str, int | None]]:
    rows = AuditEntry.objects.order_by("id").exclude(action="key_make")
    return list(rows.values_list("action", "via", "actor"))


async def body_of(response: Any) -> bytes:
    return b"".join([piece async for piece in response.streaming_content])


async def test_a_list_is_filtered_and_logged(
    as_carol: Reviewing, hers: Conversation, bob: User, carol: User
) -> None:
    await sync_to_async(make_conversation)(bob, ("Hi", "Ho"), title="His")
    found = await as_carol.call("GET", f"{DESK}?user=alice")
    assert found.status_code == 200
    (row,) = found.json()["results"]
    assert (row["conversation"], row["title"], row["owner"]) == (str(hers.id), "Marmots", "alice")
    assert (found.json()["count"], found.json()["next"]) == (1, None)
    assert len((await as_carol.call("GET", DESK)).json()["results"]) == 2
    assert await entries() == [("list", "api", carol.pk)] * 2


async def test_words_are_found_where_they_stand_and_logged_as_hashes(
    as_carol: Reviewing, hers: Conversation
) -> None:
    found = (await as_carol.call("GET", f"{DESK}?q=mountains")).json()
    (place,) = found["results"]
    assert (place["role"], place["snippet"]) == ("assistant", "In the mountains.")
    entry = await AuditEntry.objects.aget(action="search")
    assert "mountains" not in json.dumps(entry.details)


async def test_a_conversation_is_read_by_the_audited_reader(
    as_carol: Reviewing, hers: Conversation, carol: User
) -> None:
    read = (await as_carol.call("GET", f"{DESK}/{hers.id}")).json()
    assert [message["content"] for message in read["conversation"]["messages"]] == [
        "Where are the marmots?",
        "In the mountains.",
    ]
    assert read["conversation"]["messages"][1]["completions"][0]["model"] == "demo"
    assert (read["user"], read["tokens"]) == ("alice", {"read": 3, "written": 5})
    assert await entries() == [("read", "api", carol.pk)]


async def test_a_judgement_is_made_of_what_was_seen(
    as_carol: Reviewing, hers: Conversation, carol: User
) -> None:
    await Label.objects.acreate(name="odd")
    path = f"{DESK}/{hers.id}/judgement"
    wanted = {"seen": 0, "verdict": "poor", "labels": ["odd"], "assignee": "carol"}
    made = await as_carol.call("PATCH", path, wanted)
    assert made.json()["judgements"] == [
        {
            "message": None,
            "verdict": "poor",
            "labels": ["odd"],
            "assignee": "carol",
            "escalated": False,
            "version": 1,
        }
    ]
    late = await as_carol.call("PATCH", path, {"seen": 0, "verdict": "useful"})
    assert (late.status_code, error_of(late)["code"]) == (409, "overtaken")
    again = await as_carol.call("PATCH", path, {"seen": 1, "verdict": None, "assignee": None})
    assert again.json()["judgements"][0]["verdict"] is None
    assert again.json()["judgements"][0]["labels"] == ["odd"]
    assert {(action, via) for action, via, _ in await entries()} == {
        ("verdict", "api"),
        ("assign", "api"),
        ("label", "api"),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": "poor"},
        {"seen": 0, "verdict": "dreadful"},
        {"seen": 0, "labels": ["none such"]},
        {"seen": 0, "assignee": "alice"},
        {"seen": 0, "score": 3},
    ],
)
async def test_a_judgement_that_is_none_is_refused(
    as_carol: Reviewing, hers: Conversation, wrong: dict[str, Any]
) -> None:
    refused = await as_carol.call("PATCH", f"{DESK}/{hers.id}/judgement", wrong)
    assert refused.status_code == 400
    assert await Review.objects.acount() == 0


async def test_flags_are_raised_resolved_and_opened_again(as_carol: Reviewing, hers: Conversation) -> None:
    path = f"{DESK}/{hers.id}/flags"
    raised = await as_carol.call("POST", path, {"reason": "Look."})
    assert raised.status_code == 201
    flag = raised.json()["id"]
    assert (await as_carol.call("POST", path)).json()["id"] == flag
    for resolved in (True, False):
        (told,) = (await as_carol.call("PATCH", f"{path}/{flag}", {"resolved": resolved})).json()["flags"]
        assert (told["resolved"] is not None) == resolved
    assert [action for action, _, _ in await entries()] == ["flag", "resolve", "flag"]
    assert (await as_carol.call("PATCH", f"{path}/0", {"resolved": True})).status_code == 404


async def test_what_a_filter_finds_is_taken_out_as_a_file(
    upstream: FedUpstream, hers: Conversation, carol: User, bob: User
) -> None:
    await sync_to_async(make_conversation)(bob, ("Hi", "Ho"))
    permission = await Permission.objects.aget(codename="export_conversations")
    await carol.user_permissions.aadd(permission)
    as_carol = await sync_to_async(Reviewing)(carol)
    answer = await as_carol.call("GET", "/api/v1/review/export?user=alice&pseudonymised=true")
    (line,) = (await body_of(answer)).splitlines()
    taken = json.loads(line)
    assert taken["conversation"]["title"] == "Marmots"
    assert taken["user"] != "alice"
    assert answer["Content-Disposition"].startswith("attachment")
    for _ in range(100):
        if "export_ended" in [action for action, _, _ in await entries()]:
            break
        await sync_to_async(lambda: None)()
    assert [(action, via) for action, via, _ in await entries()] == [
        ("export", "api"),
        ("export_ended", "api"),
    ]
    typo = await as_carol.call("GET", "/api/v1/review/export?usr=alice")
    assert (typo.status_code, error_of(typo)["param"]) == (400, "usr")


CALLS = [
    ("GET", "", None),
    ("GET", "/{id}", None),
    ("PATCH", "/{id}/judgement", {"seen": 0, "verdict": "poor"}),
    ("POST", "/{id}/flags", {}),
    ("PATCH", "/{id}/flags/1", {"resolved": True}),
    ("GET", "/../export", None),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
async def test_a_scope_gives_nobody_a_permission(
    method: str, path: str, body: Any, upstream: FedUpstream, hers: Conversation, bob: User, alice: User
) -> None:
    path = DESK + path.format(id=hers.id) if not path.startswith("/..") else "/api/v1/review/export"

    @sync_to_async
    def keys() -> list[Reviewing]:
        # A reviewer who is no member of staff any more, and somebody whom it all belongs to.
        bob.groups.add(Group.objects.get(name="Reviewers"))
        return [Reviewing(bob), Reviewing(alice)]

    for client in await keys():
        refused = await client.call(method, path, body)
        assert (refused.status_code, error_of(refused)["code"]) == (403, "not_a_reviewer")
    assert await entries() == []
    assert not await Flag.objects.aexists()


@pytest.mark.parametrize(("method", "path", "body"), CALLS[1:5])
async def test_what_is_out_of_scope_is_no_more_than_what_never_was(
    method: str,
    path: str,
    body: Any,
    as_carol: Reviewing,
    hers: Conversation,
    alice: User,
    settings: Settings,
) -> None:
    exempt = await Group.objects.acreate(name="Works council")
    await alice.groups.aadd(exempt)
    settings.CHAT_REVIEW_EXEMPT_GROUPS = ["Works council"]
    theirs = await as_carol.call(method, DESK + path.format(id=hers.id), body)
    unknown = await as_carol.call(method, DESK + path.format(id=uuid4()), body)
    assert (theirs.status_code, theirs.content) == (404, unknown.content)
    assert (await as_carol.call("GET", DESK)).json()["results"] == []


async def test_a_site_that_reviews_nothing_shows_nothing(
    as_carol: Reviewing, hers: Conversation, settings: Settings
) -> None:
    settings.CHAT_REVIEW = "off"
    assert (await as_carol.call("GET", DESK)).json()["results"] == []
    assert (await as_carol.call("GET", f"{DESK}/{hers.id}")).status_code == 404


async def test_a_site_that_asks_why_asks_programs_too(
    as_carol: Reviewing, hers: Conversation, settings: Settings
) -> None:
    settings.CHAT_REVIEW_REASON = True
    asked = await as_carol.call("GET", f"{DESK}/{hers.id}")
    assert (asked.status_code, error_of(asked)["code"]) == (400, "reason_required")
    assert (await as_carol.call("GET", f"{DESK}/{hers.id}?reason=safety")).status_code == 200
    assert (await AuditEntry.objects.aget(action="read")).details["reason"] == "safety"


async def test_masked_titles_are_masked_until_the_conversation_was_read(
    as_carol: Reviewing, hers: Conversation, settings: Settings
) -> None:
    settings.CHAT_REVIEW_MASK = True
    before = (await as_carol.call("GET", DESK)).json()["results"][0]
    place = (await as_carol.call("GET", f"{DESK}?q=mountains")).json()["results"][0]
    assert (before["title"], place["title"], place["snippet"]) == (None, None, None)
    await as_carol.call("GET", f"{DESK}/{hers.id}")
    assert (await as_carol.call("GET", DESK)).json()["results"][0]["title"] == "Marmots"


@pytest.mark.parametrize(
    "query",
    [
        *("usr=alice", "user=nobody", "status=odd", "cursor=x", "date_from=soon"),
        *("escalated=null", "escalated=true&escalated=true", "comment=maybe"),
    ],
)
async def test_a_condition_that_is_none_is_refused_and_named(as_carol: Reviewing, query: str) -> None:
    refused = await as_carol.call("GET", f"{DESK}?{query}")
    assert refused.status_code == 400
    assert error_of(refused)["param"] == query.partition("=")[0]


async def test_a_flag_that_is_false_asks_for_nothing(as_carol: Reviewing) -> None:
    everything = (await as_carol.call("GET", DESK)).json()
    assert (await as_carol.call("GET", f"{DESK}?escalated=false")).json() == everything
    assert (await as_carol.call("GET", f"{DESK}?escalated=true")).json()["results"] == []
