"""Shared links: who can make, see and take back which, and what those who have one see."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient, Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from web.conftest import MakeReply

from chat.access.shares import hash_of
from chat.models import Attachment, Message, Share


@pytest.fixture
def reply(running: None, alice: User, make_reply: MakeReply) -> Message:
    first = make_reply(alice, "The first try.", question="Walks?")
    return make_reply(alice, "Up **and** down.", beside=first)


@pytest.fixture
def page(reply: Message) -> str:
    return f"/c/{reply.conversation_id}/share/"


async def _make(client: AsyncClient, page: str, **fields: str) -> str:
    """The path of the new link."""
    answer = await client.post(page, fields, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    link: str = answer.context["new_link"]
    assert f'value="{link}"' in answer.content.decode()
    return link.removeprefix("http://testserver")


async def _seen(path: str) -> Any:
    """As somebody sees it who has no account."""
    return await AsyncClient().get(path)


async def test_a_link_shows_the_branch_to_anybody(alices: AsyncClient, page: str) -> None:
    seen = await _seen(await _make(alices, page))
    text = seen.content.decode()
    assert seen.status_code == 200
    assert "<strong>and</strong>" in text
    assert "Walks?" in text
    assert "The first try." not in text
    assert "alice" not in text


async def test_a_shared_page_gives_its_address_to_nobody(alices: AsyncClient, page: str) -> None:
    seen = await _seen(await _make(alices, page))
    assert seen["Referrer-Policy"] == "no-referrer"
    assert seen["Cache-Control"] == "private, no-store"
    assert "noindex" in seen["X-Robots-Tag"]
    assert seen.cookies == {}
    assert "<script" not in seen.content.decode()
    assert "<button" not in seen.content.decode()
    assert "<form" not in seen.content.decode()


async def test_only_a_hash_of_the_secret_is_kept(alices: AsyncClient, page: str) -> None:
    secret = (await _make(alices, page)).split("/")[2]
    assert len(secret) == 32  # 192 bits
    kept = await Share.objects.aget()
    assert secret not in str(vars(kept))
    again = await alices.get(page)
    assert secret not in again.content.decode()


async def test_what_is_private_is_not_in_the_snapshot(alices: AsyncClient, page: str, reply: Message) -> None:
    await _make(alices, page)
    kept = (await Share.objects.aget()).messages
    assert [set(message) for message in kept] == [
        {
            "role",
            "content",
            "reasoning",
            "status",
            "model",
            "finish_reason",
            "created",
            "attachments",
        }
    ] * 2
    assert str(reply.id) not in str(kept)


async def test_the_reasoning_is_shown_folded(alices: AsyncClient, page: str, reply: Message) -> None:
    await Message.objects.filter(pk=reply.pk).aupdate(reasoning="First I think.")
    text = (await _seen(await _make(alices, page))).content.decode()
    assert "First I think." in text
    assert '<details class="reasoning"><summary>' in text


async def test_files_are_shown_by_name_alone(
    alices: AsyncClient, page: str, reply: Message, alice: User
) -> None:
    question = await Message.objects.aget(role="user")
    await Attachment.objects.acreate(
        owner=alice,
        message=question,
        name="plan.pdf",
        kind="pdf",
        content_type="application/pdf",
        size=5,
        text="Secret",
    )
    text = (await _seen(await _make(alices, page))).content.decode()
    assert "plan.pdf" in text
    assert "Secret" not in text


async def test_the_name_is_shown_by_choice(alices: AsyncClient, page: str) -> None:
    seen = await _seen(await _make(alices, page, with_name="true"))
    assert "Shared by alice" in seen.content.decode()


async def test_what_is_changed_later_is_not_seen(alices: AsyncClient, page: str, reply: Message) -> None:
    path = await _make(alices, page)
    before = (await _seen(path)).content
    await Message.objects.filter(id=reply.id).aupdate(content="Changed.")
    await Message.objects.filter(role="user").adelete()
    assert (await _seen(path)).content == before


async def test_a_link_expires(alices: AsyncClient, page: str) -> None:
    path = await _make(alices, page, lifetime="1")
    kept = await Share.objects.aget()
    assert kept.expires == kept.created + timedelta(days=1)
    await Share.objects.aupdate(expires=timezone.now())
    assert (await _seen(path)).status_code == 404
    assert "Expired" in (await alices.get(page)).content.decode()


async def test_seven_days_are_the_default_and_never_is_possible(alices: AsyncClient, page: str) -> None:
    await _make(alices, page)
    kept = await Share.objects.aget()
    assert kept.expires == kept.created + timedelta(days=7)
    await Share.objects.all().adelete()
    await _make(alices, page, lifetime="never")
    assert (await Share.objects.aget()).expires is None
    assert (await alices.post(page, {"lifetime": "1000"})).status_code == 400


async def test_a_link_is_taken_back(alices: AsyncClient, page: str, reply: Message) -> None:
    path = await _make(alices, page)
    kept = await Share.objects.aget()
    revoke = f"/shares/{kept.id}/revoke/"
    answer = await alices.post(revoke, {"conversation": str(reply.conversation_id)})
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert (await _seen(path)).status_code == 404
    assert (await alices.post(revoke)).status_code == 302  # twice is no error
    assert (await alices.post(revoke, {"conversation": "none"})).status_code == 404


async def test_all_links_are_listed_in_the_settings(
    alices: AsyncClient, bobs: AsyncClient, page: str
) -> None:
    await _make(alices, page)
    kept = await Share.objects.aget()
    listed = (await alices.get("/settings/shared/")).content.decode()
    assert "Works until" in listed
    assert str(kept.id) not in (await bobs.get("/settings/shared/")).content.decode()
    answer = await alices.post(f"/shares/{kept.id}/revoke/", headers={"HX-Request": "true"})
    assert "Taken back" in answer.content.decode()
    assert "Works until" not in answer.content.decode()


async def test_deleting_the_conversation_or_its_owner_ends_the_link(
    alices: AsyncClient, page: str, reply: Message, alice: User
) -> None:
    path = await _make(alices, page)
    await User.objects.filter(pk=alice.pk).aupdate(is_active=False)
    assert (await _seen(path)).status_code == 404
    await User.objects.filter(pk=alice.pk).aupdate(is_active=True)
    assert (await _seen(path)).status_code == 200
    await alices.post(f"/c/{reply.conversation_id}/delete/")
    assert (await _seen(path)).status_code == 404


async def test_every_dead_link_looks_the_same(alices: AsyncClient, page: str) -> None:
    path = await _make(alices, page)
    await Share.objects.aupdate(revoked=timezone.now())
    dead, unknown = await _seen(path), await _seen("/s/never-was/")
    assert dead.content == unknown.content
    assert dead.headers == unknown.headers
    assert dead["Referrer-Policy"] == "no-referrer"
    assert "no-store" in dead["Cache-Control"]


async def test_another_user_can_neither_make_nor_see_nor_take_back(
    alices: AsyncClient, bobs: AsyncClient, page: str
) -> None:
    path = await _make(alices, page)
    kept = await Share.objects.aget()
    assert (await bobs.get(page)).status_code == 404
    assert (await bobs.post(page)).status_code == 404
    assert (await bobs.post(f"/shares/{kept.id}/revoke/")).status_code == 404
    assert (await _seen(path)).status_code == 200


async def test_a_temporary_conversation_is_not_shared(alices: AsyncClient, page: str, reply: Message) -> None:
    reply.conversation.temporary = True
    await reply.conversation.asave()
    assert (await alices.post(page)).status_code == 409
    assert "cannot be shared" in (await alices.get(page)).content.decode()
    assert not await Share.objects.aexists()


async def test_an_empty_conversation_is_not_shared(alices: AsyncClient, page: str) -> None:
    await Message.objects.all().adelete()
    assert (await alices.post(page)).status_code == 400


async def test_a_site_can_do_without(alices: AsyncClient, page: str, settings: Settings) -> None:
    path = await _make(alices, page)
    settings.CHAT_SHARING = False
    assert (await _seen(path)).status_code == 404
    assert (await alices.get(page)).status_code == 404
    assert (await alices.post(page)).status_code == 404
    assert "/share/" not in (await alices.get("/")).content.decode()


async def test_how_a_reply_ended_is_told_to_readers(alices: AsyncClient, page: str, reply: Message) -> None:
    await Message.objects.filter(id=reply.id).aupdate(status="stopped")
    text = (await _seen(await _make(alices, page))).content.decode()
    assert "This reply was stopped." in text
    assert "You stopped" not in text


async def test_a_reply_that_runs_is_shared_as_far_as_it_is(
    alices: AsyncClient, page: str, reply: Message
) -> None:
    await Message.objects.filter(id=reply.id).aupdate(status="streaming")
    text = (await _seen(await _make(alices, page))).content.decode()
    assert "This reply was still being written." in text


def test_a_shared_page_is_one_query(
    db: None, alice: User, make_reply: MakeReply, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    conversation = make_reply(alice).conversation
    message = {"role": "assistant", "content": "Hi", "reasoning": "", "status": "complete", "model": "demo"}
    Share.objects.create(conversation=conversation, hash=hash_of("x"), messages=[message] * 50, length=50)
    with django_assert_num_queries(1):
        assert Client().get("/s/x/").status_code == 200
