"""The desk's stream of a running reply, and its files: for a signed-in reviewer's browser alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from admin.review_cases import browser, make_conversation
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.utils import timezone
from fakes.asgi_calls import Call, http_scope
from fakes.fed_upstream import FedUpstream
from fakes.following_client import read_to_end
from pytest_django import Settings

from chat import service
from chat.auth.caller import Caller
from chat.auth.keys import create_key
from chat.files import folder
from chat.models import Attachment, AuditEntry, Conversation, Flag
from chat.service import Following
from chat.service.requests import Ask
from chatsite.lean_handler import LeanHandler


@pytest.fixture
async def upstream(transactional_db: None) -> AsyncIterator[FedUpstream]:
    upstream = FedUpstream()
    await service.start(upstream)
    yield upstream
    await service.drain()
    await sync_to_async(connections.close_all)()


@pytest.fixture
async def asked(upstream: FedUpstream, alice: User) -> Following:
    upstream.script("It is **so**.")
    asked = await service.ask(Caller(alice.pk, "session"), Ask("Is it so?"))
    await read_to_end(asked)
    return asked


async def stream(asked: Following, **headers: str) -> Call:
    path = f"/admin/review/live/{asked.conversation}/{asked.reply}/"
    return await Call(LeanHandler(), http_scope(path, host="localhost", **headers)).done()


async def cookie_of(user: User) -> str:
    client = await sync_to_async(browser)(user)
    return f"sessionid={client.cookies['sessionid'].value}"


async def test_a_reviewers_browser_follows_to_the_end(asked: Following, carol: User) -> None:
    answer = await stream(asked, cookie=await cookie_of(carol))
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/event-stream"
    assert "no-store" in answer.headers["cache-control"]
    assert b"It is **so**." in answer.body
    assert b'"type":"end"' in answer.body
    entry = await AuditEntry.objects.aget()
    assert (entry.action, entry.object, entry.details) == (
        "follow",
        asked.conversation,
        {"message": asked.reply},
    )


async def test_who_has_had_it_all_is_told_so(asked: Following, carol: User) -> None:
    cookie = await cookie_of(carol)
    last = (await stream(asked, cookie=cookie)).body.rpartition(b"id: ")[2].split()[0].decode()
    assert (await stream(asked, cookie=cookie, last_event_id=last)).status == 204


async def test_nobody_else_is_let_in(asked: Following, alice: User, erin: User, dave: User) -> None:
    assert (await stream(asked)).status == 401
    for user in (alice, erin):
        assert (await stream(asked, cookie=await cookie_of(user))).status == 403
    _row, key = await sync_to_async(create_key)(dave)
    answer = await stream(asked, authorization=f"Bearer {key}")
    assert (answer.status, b"so" in answer.body) == (401, False)
    assert not await AuditEntry.objects.aexists()


async def test_where_the_site_asks_why_the_stream_asks_too(
    asked: Following, carol: User, settings: Settings
) -> None:
    settings.CHAT_REVIEW_REASON = True
    client = await sync_to_async(browser)(carol)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    assert (await stream(asked, cookie=cookie)).status == 400
    page = f"/admin/review/c/{asked.conversation}/"
    await sync_to_async(client.post)(page, {"reason": "safety"})
    assert (await stream(asked, cookie=cookie)).status == 200
    entry = await AuditEntry.objects.aget()
    assert entry.details == {"message": asked.reply, "reason": "safety"}


@pytest.fixture
def file(alice: User, settings: Settings, tmp_path: Path) -> Attachment:
    settings.CHAT_FILES_DIR = tmp_path
    question = make_conversation(alice).messages.get(role="user")
    file = Attachment.objects.create(
        owner=alice, message=question, name="page.html", kind="text", content_type="text/plain", size=8
    )
    folder.keep(file.file, b"<b>x</b>")
    return file


def address(file: Attachment) -> str:
    assert file.message is not None
    return f"/admin/review/c/{file.message.conversation_id}/files/{file.pk}/"


def test_a_file_is_fetched_to_be_saved_and_each_time_is_an_entry(carol: User, file: Attachment) -> None:
    carols = browser(carol)
    assert file.message is not None
    page = carols.get(f"/admin/review/c/{file.message.conversation_id}/").content.decode()
    assert f'href="{address(file)}" download' in page
    answer = carols.get(address(file))
    assert answer.content == b"<b>x</b>"
    assert answer["Content-Type"] == "text/plain"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]
    carols.get(address(file))
    entries = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert entries == ["read", "read_file", "read_file"]


def test_a_file_that_its_owner_deleted_is_there_only_while_it_is_kept(carol: User, file: Attachment) -> None:
    assert file.message is not None
    carols = browser(carol)
    file.message.deleted = timezone.now()
    file.message.save()
    assert carols.get(address(file)).status_code == 404
    Flag.objects.create(conversation=file.message.conversation, kind="hand")
    assert carols.get(address(file)).status_code == 200


def test_a_file_is_for_reviewers_and_of_its_own_conversation(
    carol: User, alice: User, erin: User, file: Attachment
) -> None:
    assert browser(alice).get(address(file)).status_code == 302
    assert browser(erin).get(address(file)).status_code == 403
    other = make_conversation(alice, "Another")
    assert Conversation.objects.count() == 2
    assert browser(carol).get(f"/admin/review/c/{other.pk}/files/{file.pk}/").status_code == 404
    assert Client().get(address(file)).status_code == 302
    assert not AuditEntry.objects.exists()
