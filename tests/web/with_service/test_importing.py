"""Conversations that are brought in: where they land, that they come once, that a bad one stops no other."""

import json
from itertools import pairwise
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from fakes.chatgpt_export import lines, node, simple
from web.conftest import MakeReply

from chat import portable
from chat.access.rows import conversations_of
from chat.access.search import search
from chat.actions.deleting import CONVERSATION_KEPT
from chat.actions.imports import import_conversation
from chat.models import Conversation, Message
from chat.review.purging import purge_hidden
from chat.service.imports import import_one


async def _send(client: AsyncClient, body: bytes) -> Any:
    return await client.post("/import/", body, content_type="application/x-ndjson")


async def _outcomes(client: AsyncClient, *conversations: Any) -> list[dict[str, Any]]:
    answer = await _send(client, lines(*conversations))
    assert answer.status_code == 200, answer.content
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def test_an_imported_conversation_is_read_like_any_other(
    alices: AsyncClient, bobs: AsyncClient
) -> None:
    (outcome,) = await _outcomes(alices, simple())
    assert (outcome["status"], outcome["title"]) == ("imported", "Number 1")
    page = await alices.get(f"/c/{outcome['id']}/")
    assert "Answer 1." in page.content.decode()
    assert (await bobs.get(f"/c/{outcome['id']}/")).status_code == 404


async def test_it_lands_in_the_list_where_its_time_is(alices: AsyncClient, alice: User) -> None:
    await Conversation.objects.acreate(owner=alice, title="Of today")
    await _outcomes(alices, simple(1), simple(2, update_time=1_690_000_000))
    listed = (await alices.get("/conversations/")).content.decode()
    assert listed.index("Of today") < listed.index("Number 1") < listed.index("Number 2")


async def test_what_is_here_already_is_left_as_it_is(alices: AsyncClient, bobs: AsyncClient) -> None:
    await _outcomes(alices, simple())
    (outcome,) = await _outcomes(alices, simple(title="Other"))
    assert (outcome["status"], outcome["id"]) == ("known", None)
    assert await Conversation.objects.acount() == 1
    assert (await _outcomes(bobs, simple()))[0]["status"] == "imported"


async def test_what_was_deleted_here_can_come_again(alices: AsyncClient) -> None:
    (outcome,) = await _outcomes(alices, simple())
    await alices.post(f"/c/{outcome['id']}/delete/")
    assert (await _outcomes(alices, simple()))[0]["status"] == "imported"


async def test_one_that_cannot_be_read_stops_no_other(alices: AsyncClient) -> None:
    body = b"\n".join([b"nonsense", lines(simple(1, mapping={})), lines(simple(2))])
    results = (await _send(alices, body)).json()["results"]
    assert [result["status"] for result in results] == ["failed", "failed", "imported"]
    assert results[0] == {
        "status": "failed",
        "title": "A conversation without a title",
        "id": None,
        "reason": "It is not JSON.",
    }
    assert (results[1]["title"], results[1]["reason"]) == ("Number 1", "There is no message in it.")


async def test_characters_that_no_database_holds_break_nothing(alices: AsyncClient) -> None:
    value = simple(title="a\x00\ud800")
    value["mapping"]["a"]["message"]["content"]["parts"] = ["\x00\udfff"]
    assert (await _outcomes(alices, value))[0]["title"] == "a\ufffd\ufffd"


async def test_it_can_be_gone_on_with(alices: AsyncClient) -> None:
    (outcome,) = await _outcomes(alices, simple())
    answer = await alices.post(
        "/api/v1/chat",
        {"content": "And?", "conversation": outcome["id"], "background": True},
        "application/json",
    )
    assert answer.status_code == 202
    request = await Message.objects.aget(id=answer.json()["request"])
    parent = await Message.objects.aget(children=request)
    assert parent.content == "Answer 1."


async def test_a_title_that_came_along_is_not_made_anew(alices: AsyncClient) -> None:
    await _outcomes(alices, simple())
    assert (await Conversation.objects.aget()).title_source == "person"


async def test_it_is_found_by_its_words(alices: AsyncClient) -> None:
    value = simple()
    value["mapping"]["a"]["message"]["content"]["parts"] = ["Marmots whistle."]
    (outcome,) = await _outcomes(alices, value)
    found = (await alices.get("/api/v1/conversations?q=marmots")).json()["results"]
    assert [row["id"] for row in found] == [outcome["id"]]


async def test_our_own_document_comes_back_whole(
    alices: AsyncClient, bobs: AsyncClient, alice: User, make_reply: MakeReply
) -> None:
    first = await sync_to_async(make_reply)(
        alice, "One.", finish_reason="stop", usage={"completion_tokens": 5}
    )
    await sync_to_async(make_reply)(alice, "Two.", beside=first, status="stopped")
    exported = await alices.get(f"/c/{first.conversation_id}/export/?format=json")
    document = json.loads(exported.content)
    assert (await _outcomes(alices, document))[0]["status"] == "known"
    (outcome,) = await _outcomes(bobs, document)
    again = (await bobs.get(f"/api/v1/conversations/{outcome['id']}")).json()
    before = document["conversation"]
    assert {name: again[name] for name in ("title", "created", "updated")} == {
        name: before[name] for name in ("title", "created", "updated")
    }
    names = ("role", "content", "reasoning", "status", "finish_reason", "usage", "model", "created", "ended")
    for was, now in zip(before["messages"], again["messages"], strict=True):
        assert {name: now[name] for name in names} == {name: was[name] for name in names}
    places = [[message["id"] for message in tree["messages"]] for tree in (before, again)]
    assert places[0].index(before["active"]) == places[1].index(again["active"])


async def test_only_lines_of_json_are_taken_and_not_too_many(alices: AsyncClient) -> None:
    wrong_kind = await alices.post("/import/", b"{}", content_type="application/json")
    assert wrong_kind.status_code == 415
    assert (await _send(alices, b"{}\n" * 101)).status_code == 400
    assert (await _send(alices, b"\n\n")).json() == {"results": []}


@pytest.mark.usefixtures("running")
async def test_who_is_signed_out_is_told() -> None:
    answer = await AsyncClient().post(
        "/import/", b"{}", content_type="application/x-ndjson", headers={"HX-Request": "true"}
    )
    assert answer.status_code == 401


async def test_the_page_says_what_to_do(alices: AsyncClient) -> None:
    page = (await alices.get("/import/")).content.decode()
    assert 'type="file"' in page
    assert 'data-most-bytes="10000000"' in page


def test_messages_sort_by_their_times_and_after_their_parents(alice: User) -> None:
    value = simple()
    value["mapping"]["a"]["message"]["create_time"] = 1_600_000_000  # before its question
    value["mapping"]["b"] = node("q", "assistant", "Beside.", at=1_600_000_000)
    outcome = import_one(alice.pk, json.dumps(value))
    assert outcome.id is not None
    rows = list(Message.objects.filter(conversation_id=outcome.id).order_by("id"))
    assert [row.content for row in rows] == ["Question 1?", "Answer 1.", "Beside."]
    assert all(str(row.id)[14] == "7" for row in rows)


def test_a_long_conversation_is_a_few_queries(alice: User) -> None:
    def queries(count: int, number: int) -> int:
        value = simple(number)
        for place in range(count):
            above = "a" if place == 0 else f"m{place - 1}"
            value["mapping"][f"m{place}"] = node(above, "assistant" if place % 2 else "user", "Word.")
        with CaptureQueriesContext(connections["default"]) as captured:
            assert import_one(alice.pk, json.dumps(value)).status == "imported"
        return len(captured)

    assert queries(1000, 1) - queries(2, 2) < 120


def test_a_large_one_is_written_in_short_steps_and_seen_after_the_last(alice: User) -> None:
    bounds = portable.Bounds(now=timezone.now())
    value = simple()
    for place in range(1200):
        above = "a" if place == 0 else f"m{place - 1}"
        value["mapping"][f"m{place}"] = node(above, "assistant" if place % 2 else "user", "Marmots.")
    written = [0]
    for _ in import_conversation(alice.pk, portable.convert(value, bounds)):
        written.append(Message.objects.count())
        assert not conversations_of(alice.pk).exists()
        assert not search(alice.pk, "marmots").found
    assert max(after - before for before, after in pairwise(written)) <= 500
    assert conversations_of(alice.pk).get().messages.count() == written[-1] == 1202
    assert search(alice.pk, "marmots").found


def test_one_that_was_never_brought_to_its_end_is_purged_and_can_come_again(alice: User) -> None:
    bounds = portable.Bounds(now=timezone.now())
    next(import_conversation(alice.pk, portable.convert(simple(), bounds)))
    assert import_one(alice.pk, json.dumps(simple())).status == "imported"
    purge_hidden(timezone.now() + CONVERSATION_KEPT)
    assert [row.deleted for row in Conversation.objects.all()] == [None]


def test_of_two_that_come_at_once_one_is_taken(alice: User) -> None:
    bounds = portable.Bounds(now=timezone.now())
    steps = import_conversation(alice.pk, portable.convert(simple(), bounds))
    next(steps)
    assert import_one(alice.pk, json.dumps(simple())).status == "imported"
    for _ in steps:
        pass
    assert conversations_of(alice.pk).count() == 1
