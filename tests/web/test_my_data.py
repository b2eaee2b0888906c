"""A copy of everything to take along: whole, one's own alone, and readable without us."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.http import StreamingHttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from web.conftest import MakeReply

from chat import limits, service
from chat.actions.preferences import choose
from chat.auth.caller import Caller
from chat.auth.keys import create_key
from chat.database import close_pools
from chat.files import folder
from chat.models import Attachment, Feedback

# It is made in a thread, which must see what the test wrote.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path, settings: Settings) -> Iterator[None]:
    settings.CHAT_FILES_DIR = tmp_path
    limits.exports.forget()
    yield
    limits.exports.forget()
    close_pools()


async def whole(answer: StreamingHttpResponse) -> bytes:
    return b"".join([piece async for piece in answer])


def exported(client: Client) -> zipfile.ZipFile:
    answer: Any = client.post("/settings/data/export/")
    assert answer["Content-Type"] == "application/zip"
    data = async_to_sync(whole)(answer)
    assert int(answer["Content-Length"]) == len(data)
    answer.close()
    return zipfile.ZipFile(io.BytesIO(data))


def read(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))


def test_conversations_are_whole_and_to_be_read(alice: User, alices: Client, make_reply: MakeReply) -> None:
    first = make_reply(alice, "One answer.", question="Why?")
    make_reply(alice, "Another answer.", beside=first)
    Feedback.objects.create(message=first, rating=1, comment="Good.")
    make_reply(alice, "In the archive.", question="Why?")
    archive = exported(alices)
    names = [name for name in archive.namelist() if name.startswith("conversations/")]
    assert names == [
        "conversations/json/00001 Why.json",
        "conversations/md/00001 Why.md",
        "conversations/json/00002 Why.json",
        "conversations/md/00002 Why.md",
    ]
    tree = read(archive, names[0])["conversation"]["messages"]
    assert [message["content"] for message in tree] == ["Why?", "One answer.", "Another answer."]
    assert tree[1]["feedback"] == {"rating": 1, "comment": "Good."}
    assert "Another answer." in archive.read(names[1]).decode()


def test_it_says_what_is_in_it(alices: Client) -> None:
    text = exported(alices).read("README.txt").decode()
    assert "account.json" in text
    assert "conversations/json" in text


def test_the_account_is_in_it_and_nothing_that_opens_a_door(alice: User, alices: Client) -> None:
    choose(alice.pk, theme="dark", system_prompt="Be brief.")
    _row, key = create_key(alice, "my script")
    archive = exported(alices)
    account = read(archive, "account.json")
    assert (account["username"], account["email"]) == ("alice", "alice@example.org")
    assert account["preferences"]["system_prompt"] == "Be brief."
    assert [row["name"] for row in account["api_keys"]] == ["my script"]
    assert len(account["signed_in"]) == 1
    assert not {"linked_accounts", "second_factors"} & set(account)  # this site has neither
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert key not in everything
    assert (alices.session.session_key or "") not in everything
    alice.refresh_from_db()
    assert alice.password not in everything


def test_files_come_with_their_bytes(alice: User, alices: Client, make_reply: MakeReply) -> None:
    reply = make_reply(alice)
    file = Attachment.objects.create(
        owner=alice, message=reply.parent, name="../notes.txt", kind="text", content_type="text/plain", size=3
    )
    folder.keep(file.file, b"abc")
    lost = Attachment.objects.create(owner=alice, name="lost", kind="text", content_type="text/plain", size=1)
    archive = exported(alices)
    listed = {row["id"]: row for row in read(archive, "files.json")}
    assert archive.read(listed[str(file.id)]["file"]) == b"abc"
    assert ".." not in listed[str(file.id)]["file"].split("/")
    assert listed[str(file.id)]["message"] == str(reply.parent_id)
    assert listed[str(lost.id)]["file"] is None


def test_a_file_that_was_uploaded_is_found_where_it_lies(alice: User, alices: Client) -> None:
    async_to_sync(service.attach)(Caller(alice.pk, "session"), "notes.txt", b"abc")
    archive = exported(alices)
    (listed,) = read(archive, "files.json")
    assert archive.read(listed["file"]) == b"abc"


def test_what_is_anothers_or_deleted_is_not_in_it(
    alice: User, bob: User, alices: Client, make_reply: MakeReply
) -> None:
    make_reply(bob, "His secret.")
    Attachment.objects.create(owner=bob, name="his", kind="text", content_type="text/plain", size=1)
    gone = make_reply(alice, "Deleted.")
    gone.conversation.deleted = timezone.now()
    gone.conversation.save()
    Attachment.objects.create(
        owner=alice, message=gone.parent, name="gone", kind="text", content_type="text/plain", size=1
    )
    assert exported(alices).namelist() == ["README.txt", "account.json"]


def test_it_takes_a_session_and_a_post_and_is_not_made_without_end(alice: User, alices: Client) -> None:
    assert Client().post("/settings/data/export/").status_code == 302
    assert alices.get("/settings/data/export/").status_code == 405
    for _ in range(6):
        exported(alices)
    assert alices.post("/settings/data/export/").status_code == 429


def test_it_is_called_by_its_users_name_in_any_script(alice: User, alices: Client) -> None:
    alice.username = "小红"
    alice.save()
    answer = alices.post("/settings/data/export/")
    answer.close()
    assert "filename*=utf-8''%E5%B0%8F%E7%BA%A2-" in answer["Content-Disposition"]


def test_only_so_many_are_on_their_way_at_once(alices: Client) -> None:
    under_way = [alices.post("/settings/data/export/") for _ in range(4)]
    refused = alices.post("/settings/data/export/")
    assert (refused.status_code, refused["Retry-After"]) == (503, "30")
    under_way[0].close()
    again = alices.post("/settings/data/export/")
    assert again.status_code == 200
    for answer in (*under_way[1:], again):
        answer.close()
