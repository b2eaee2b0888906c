"""An export's file: streamed in pieces, holding no thread, for its owner alone, cancelled in two ways."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.db import connections
from django.test import Client
from fakes.asgi_calls import Call, http_scope
from fakes.reviewed import make_conversation

from chat.admin.review.download import _prepare
from chat.audit import Actor
from chat.auth.credentials import Credentials
from chat.database import READERS, WRITERS, in_database
from chat.models import AuditEntry, ReviewExport
from chat.review import exports
from chat.review.taking_out import Reading
from chat.service.review_exports import Begun, ExportStream
from chatsite.lean_handler import LeanHandler

pytestmark = pytest.mark.django_db(transaction=True)
app = LeanHandler()


@pytest.fixture(autouse=True)
async def _no_connection_stays(transactional_db: None) -> AsyncIterator[None]:
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture
def three(alice: User) -> None:
    for number in range(3):
        make_conversation(alice, ("q", "a"), title=f"Cats {number}")


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def asked(user: User, form: str = "jsonl") -> ReviewExport:
    return exports.ask(user.pk, "", form, pseudonymised=False)


def fetch(row: ReviewExport, session: str) -> Call:
    cookie = f"{settings.SESSION_COOKIE_NAME}={session}"
    return Call(app, http_scope(f"/admin/review/download/{row.pk}/", cookie=cookie))


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


async def test_it_is_a_file_of_all_conversations(dave: User, three: None) -> None:
    row, session = await in_database(lambda: (asked(dave), session_of(dave)))
    call = await fetch(row, session).done()
    assert call.status == 200
    assert call.headers["content-disposition"].startswith("attachment; filename=")
    assert call.headers["content-type"] == "application/jsonl; charset=utf-8"
    titles = [json.loads(line)["conversation"]["title"] for line in call.body.splitlines()]
    assert titles == ["Cats 0", "Cats 1", "Cats 2"]
    row = await in_database(ReviewExport.objects.get)
    assert (row.done, row.total, row.cancelled) == (3, 3, False)
    assert row.ended is not None
    assert await in_database(actions) == ["export", "export_ended"]


async def test_it_is_given_once(dave: User, three: None) -> None:
    row, session = await in_database(lambda: (asked(dave), session_of(dave)))
    await fetch(row, session).done()
    assert (await fetch(row, session).done()).status == 404
    assert await in_database(actions) == ["export", "export_ended"]


async def test_nobody_else_gets_it(dave: User, carol: User, alice: User, three: None) -> None:
    def prepare() -> tuple[ReviewExport, list[str]]:
        carol.user_permissions.add(Permission.objects.get(codename="export_conversations"))
        return asked(dave), [session_of(carol), session_of(alice), "none"]

    row, sessions = await in_database(prepare)
    answers = [(await fetch(row, session).done()).status for session in sessions]
    assert answers == [404, 403, 401]
    assert await in_database(actions) == []


async def test_who_lost_the_permission_gets_nothing(carol: User, three: None) -> None:
    row, session = await in_database(lambda: (asked(carol), session_of(carol)))
    assert (await fetch(row, session).done()).status == 403


async def begun(row: ReviewExport, session: str) -> Begun:
    def begin() -> Begun:
        found = _prepare(Credentials(session=session), row.pk, "en")
        found = Begun(
            found.key,
            found.caller,
            found.form,
            Reading(found.reading.chosen, False, messages_at_once=1),
            found.total,
            "en",
        )
        actor = Actor(found.caller.user_id, "admin")
        assert exports.begin(row, found.total, actor)
        return found

    return await in_database(begin)


@pytest.mark.parametrize("form", ["jsonl", "csv"])
async def test_a_cancel_ends_the_stream_which_says_so(dave: User, three: None, form: str) -> None:
    row, session = await in_database(lambda: (asked(dave, form), session_of(dave)))
    pieces = aiter(ExportStream(await begun(row, session), noted_seconds=0))
    if form == "csv":
        await anext(pieces)
    assert b"Cats 0" in await anext(pieces)
    assert await in_database(exports.cancel, row.pk, dave.pk)
    rest = b"".join([piece async for piece in pieces])
    assert b"1 of 3 conversations, then it was cancelled." in rest
    assert b"Cats 1" not in rest
    assert await in_database(actions) == ["export", "export_cancelled"]


async def test_who_loses_the_permission_meanwhile_gets_no_more(dave: User, three: None) -> None:
    row, session = await in_database(lambda: (asked(dave), session_of(dave)))
    pieces = aiter(ExportStream(await begun(row, session), noted_seconds=0))
    await anext(pieces)
    await in_database(User.objects.filter(pk=dave.pk).update, is_superuser=False)
    rest = b"".join([piece async for piece in pieces])
    assert b"may not export any more" in rest
    assert b"Cats" not in rest


async def test_a_closed_connection_ends_it(dave: User, three: None) -> None:
    row, session = await in_database(lambda: (asked(dave), session_of(dave)))
    stream = ExportStream(await begun(row, session))
    async for piece in stream:
        assert b"Cats 0" in piece
        break
    stream.close()
    await asyncio.sleep(0)
    await stream.ended()
    row = await in_database(ReviewExport.objects.get)
    assert (row.done, row.cancelled) == (1, True)
    assert await in_database(actions) == ["export", "export_cancelled"]


async def test_one_that_is_never_read_is_ended_too(dave: User, three: None) -> None:
    row, session = await in_database(lambda: (asked(dave), session_of(dave)))
    stream = ExportStream(await begun(row, session))
    stream.close()
    await asyncio.sleep(0)
    await stream.ended()
    assert (await in_database(ReviewExport.objects.get)).ended is not None


async def test_open_downloads_hold_no_threads(dave: User, three: None) -> None:
    rows, session = await in_database(lambda: ([asked(dave) for _ in range(30)], session_of(dave)))
    before = threading.active_count()
    opened = [aiter(ExportStream(await begun(row, session))) for row in rows]
    for pieces in opened:
        await anext(pieces)
    # Those of the two pools at most, which all share.
    assert threading.active_count() <= before + READERS + WRITERS
    for pieces in opened:
        async for _ in pieces:
            pass
