"""Changes to conversations from the page: through the running service, as a browser with HTMX does."""

import json

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient
from web.conftest import MakeReply

from chat.models import Message

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def first_try(running: None, alice: User, make_reply: MakeReply) -> Message:
    """The reply that the other branch ends with."""
    return make_reply(alice, "The first try.", question="Walks")


@pytest.fixture
def reply(alice: User, first_try: Message, make_reply: MakeReply) -> Message:
    """The reply that is shown."""
    return make_reply(alice, "The second try.", beside=first_try)


async def _page(client: AsyncClient, address: str) -> str:
    return (await client.get(address)).content.decode()


async def test_a_new_title_is_kept_and_shown(alices: AsyncClient, reply: Message) -> None:
    address = f"/c/{reply.conversation_id}/change/"
    answer = await alices.post(address, {"title": " Long walks "}, headers=FRAGMENT)
    assert ">Long walks<" in answer.content.decode()
    assert ">Long walks<" in await _page(alices, "/conversations/")


async def test_a_conversation_can_be_pinned_and_unpinned(alices: AsyncClient, reply: Message) -> None:
    address = f"/c/{reply.conversation_id}/change/"
    for value, is_pinned in (("true", True), ("false", False)):
        await alices.post(address, {"pinned": value}, headers=FRAGMENT)
        assert ("Pinned:" in await _page(alices, "/conversations/")) is is_pinned


async def test_an_archived_one_leaves_the_list_for_its_shelf(alices: AsyncClient, reply: Message) -> None:
    address = f"/c/{reply.conversation_id}/change/"
    answer = await alices.post(address, {"archived": "true"}, headers=FRAGMENT)
    assert answer.content == b""
    assert "Walks" not in await _page(alices, "/conversations/")
    assert "Walks" in await _page(alices, "/conversations/?archived=true")


async def test_a_deleted_one_is_gone_and_the_page_is_told_whether_it_was_open(
    alices: AsyncClient, reply: Message
) -> None:
    address = f"/c/{reply.conversation_id}/"
    headers = FRAGMENT | {"HX-Current-URL": f"http://testserver{address}"}
    answer = await alices.post(f"{address}delete/", headers=headers)
    told = json.loads(answer["HX-Trigger"])
    assert told == {"conversation-deleted": {"id": str(reply.conversation_id), "open": True, "final": False}}
    assert (await alices.get(address)).status_code == 404


async def test_the_other_branch_can_be_chosen(
    alices: AsyncClient, first_try: Message, reply: Message
) -> None:
    address = f"/c/{reply.conversation_id}/"
    await alices.post(f"{address}branch/", {"active": str(first_try.id)}, headers=FRAGMENT)
    page = await _page(alices, f"{address}transcript/")
    assert "The first try." in page
    assert "1/2" in page


async def test_another_users_conversation_cannot_be_changed(
    alices: AsyncClient, bobs: AsyncClient, reply: Message
) -> None:
    address = f"/c/{reply.conversation_id}/"
    changes = [("change", {"title": "His"}), ("delete", {}), ("branch", {"active": str(reply.id)})]
    for verb, fields in changes:
        assert (await bobs.post(f"{address}{verb}/", fields, headers=FRAGMENT)).status_code == 404
    assert "Walks" in await _page(alices, "/conversations/")
