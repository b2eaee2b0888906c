"""What the model is given of files, and what becomes of files that nobody has any more."""

import base64
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.contrib.auth.models import User
from django.utils import timezone
from fakes.eventually import eventually
from fakes.fed_upstream import FedUpstream
from files.samples import image, pdf
from pytest_django import Settings

from chat import service
from chat.actions.deleting import CONVERSATION_KEPT
from chat.auth.caller import Caller
from chat.chunks import Chunk
from chat.database import in_database
from chat.errors import BadRequest
from chat.models import Attachment, Conversation
from chat.service import reaper
from chat.service.attachments import sweep_files
from chat.service.requests import Again, Ask
from chat.upstream import Call
from chat.upstream.context import cut


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> Path:
    settings.CHAT_FILES_DIR = tmp_path / "files"
    return tmp_path / "files"


async def given(caller: Caller, data: bytes, name: str) -> str:
    return str((await service.attach(caller, name, data))["id"])


async def asked(caller: Caller, upstream: FedUpstream, **fields: Any) -> tuple[dict[str, Any], Call]:
    """The reply's message, and the call that the provider got for it."""
    upstream.script("Hi")
    following = await service.ask(caller, Ask(**{"content": "What is it?", **fields}))
    return await service.whole_message(following), upstream.calls[-1]


def lying() -> int:
    folder = Path(site.CHAT_FILES_DIR)
    return len(list(folder.iterdir())) if folder.exists() else 0


def lose_files() -> None:
    for path in Path(site.CHAT_FILES_DIR).iterdir():
        path.unlink()


def grow_old() -> None:
    """Every file has lain in the folder for an hour."""
    for path in Path(site.CHAT_FILES_DIR).iterdir():
        os.utime(path, (time.time() - 3600,) * 2)


async def test_texts_stand_before_the_question_under_their_names(
    as_alice: Caller, upstream: FedUpstream
) -> None:
    keys = (await given(as_alice, b"Cats.", "a.md"), await given(as_alice, pdf("Dogs."), "b.pdf"))
    _, call = await asked(as_alice, upstream, attachments=keys)
    content = (
        '<attachment name="a.md">\nCats.\n</attachment>\n\n'
        '<attachment name="b.pdf">\nDogs.\n</attachment>\n\nWhat is it?'
    )
    assert call.messages == ({"role": "user", "content": content},)


async def test_an_image_comes_as_bytes_and_texts_beside_it_as_parts(
    as_alice: Caller, upstream: FedUpstream
) -> None:
    keys = (await given(as_alice, image(), "x.png"), await given(as_alice, b"Cats.", "a.md"))
    _, call = await asked(as_alice, upstream, attachments=keys, model="seeing")
    seen, text, question = call.messages[0]["content"]
    encoded = seen["image_url"]["url"].removeprefix("data:image/png;base64,")
    assert base64.b64decode(encoded).startswith(b"\x89PNG")
    assert text == {"type": "text", "text": '<attachment name="a.md">\nCats.\n</attachment>'}
    assert question == {"type": "text", "text": "What is it?"}


async def test_files_stay_in_the_context_and_a_blind_model_is_told_of_images(
    as_alice: Caller, upstream: FedUpstream
) -> None:
    key = await given(as_alice, image(), "x.png")
    reply, _ = await asked(as_alice, upstream, attachments=(key,), model="seeing")
    here = {"conversation": reply["conversation"], "content": "And now?"}
    _, call = await asked(as_alice, upstream, **here)
    assert call.messages[0]["content"][0]["type"] == "image_url"
    _, call = await asked(as_alice, upstream, **here, model="small")
    told = '<attachment name="x.png">(An image, which this model cannot see.)</attachment>'
    assert call.messages[0]["content"] == f"{told}\n\nWhat is it?"


async def test_regenerate_and_continue_send_the_files_again(as_alice: Caller, upstream: FedUpstream) -> None:
    key = await given(as_alice, b"Cats.", "a.md")
    reply, first = await asked(as_alice, upstream, attachments=(key,))
    upstream.script("Ho", finish_reason="length")
    again = await service.whole_message(await service.regenerate(as_alice, reply["id"], Again()))
    assert upstream.calls[-1].messages == first.messages
    upstream.script(" ho")
    await service.whole_message(await service.continue_(as_alice, again["id"], Again()))
    assert upstream.calls[-1].messages[0] == first.messages[0]


async def test_an_image_that_was_lost_is_told_and_ends_no_conversation(
    as_alice: Caller, upstream: FedUpstream
) -> None:
    key = await given(as_alice, image(), "x.png")
    lose_files()
    reply, call = await asked(as_alice, upstream, attachments=(key,), model="seeing")
    assert reply["status"] == "complete"
    assert call.messages[0]["content"][0]["text"] == (
        '<attachment name="x.png">(An image that was lost.)</attachment>'
    )


async def test_nothing_of_a_refused_question_is_bound(as_alice: Caller, upstream: FedUpstream) -> None:
    key = await given(as_alice, image(), "x.png")
    with pytest.raises(BadRequest):
        await service.ask(as_alice, Ask(content="?", attachments=(key,)))
    assert (await service.list_attachments(as_alice))["results"][0]["id"] == key
    await service.remove_attachment(as_alice, key)


async def test_deleting_a_conversation_removes_its_files(
    as_alice: Caller, upstream: FedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaper, "PURGE_LOOKS", 1)
    kept, gone = await given(as_alice, b"kept", "k"), await given(as_alice, b"gone", "g")
    reply, _ = await asked(as_alice, upstream, attachments=(gone,))
    grow_old()
    await service.delete_conversation(as_alice, reply["conversation"])
    assert lying() == 2, "it can still be undone"
    hidden = Conversation.objects.filter(id=reply["conversation"])
    await in_database(hidden.update, deleted=timezone.now() - CONVERSATION_KEPT)
    await eventually(lambda: lying() == 1)
    assert (await service.read_attachment(as_alice, kept)).data == b"kept"


async def test_shared_bytes_stay_until_the_last_question_that_has_them_is_gone(
    as_alice: Caller, upstream: FedUpstream
) -> None:
    key = await given(as_alice, b"shared", "s")
    first, _ = await asked(as_alice, upstream, attachments=(key,))
    second, call = await asked(as_alice, upstream, attachments=(key,))
    grow_old()
    await in_database(Conversation.objects.filter(id=first["conversation"]).delete)
    assert await sweep_files() == 0
    assert lying() == 1
    assert "shared" in call.messages[0]["content"]
    await in_database(Conversation.objects.filter(id=second["conversation"]).delete)
    assert await sweep_files() == 1
    assert lying() == 0


async def test_a_user_who_goes_takes_the_files_along(
    as_alice: Caller, alice: User, upstream: FedUpstream
) -> None:
    await given(as_alice, b"mine", "m")
    await in_database(alice.delete)
    grow_old()
    await sweep_files()
    assert lying() == 0


async def test_what_nobody_sent_within_a_day_goes(as_alice: Caller, upstream: FedUpstream) -> None:
    old, new = await given(as_alice, b"old", "o"), await given(as_alice, b"new", "n")
    sent = await given(as_alice, b"sent", "s")
    await asked(as_alice, upstream, attachments=(sent,))
    long_ago = timezone.now() - timedelta(hours=25)
    await in_database(lambda: Attachment.objects.exclude(id=new).update(created=long_ago))
    grow_old()
    await sweep_files()
    assert lying() == 2
    assert {str(row.id) for row in await in_database(lambda: list(Attachment.objects.all()))} == {new, sent}
    assert old not in str(await service.list_attachments(as_alice))


async def test_bytes_whose_row_was_never_stored_are_swept_but_not_at_once(
    as_alice: Caller, upstream: FedUpstream, files: Path
) -> None:
    await given(as_alice, b"whole", "w")
    stray = files / "019a0000-0000-7000-8000-000000000000"
    stray.write_bytes(b"its server was killed before the row")
    assert await sweep_files() == 0
    assert stray.exists()
    grow_old()
    await sweep_files()  # this one, or the server's own
    await eventually(lambda: not stray.exists())
    assert not stray.exists()
    assert lying() == 1


async def test_the_context_is_cut_with_files_in_it(as_alice: Caller, upstream: FedUpstream) -> None:
    key = await given(as_alice, b"x" * 40_000, "long.txt")
    picture = await given(as_alice, image(), "x.png")
    first, _ = await asked(as_alice, upstream, attachments=(key, picture), model="seeing")
    _, call = await asked(as_alice, upstream, conversation=first["conversation"], content="Short")
    kept, left_out = cut(call.messages, 1000, None)
    assert left_out == 2
    assert [message["content"] for message in kept] == ["Short"]


async def test_a_provider_is_asked_when_the_images_are_read(as_alice: Caller, upstream: FedUpstream) -> None:
    """The reply can be followed and stopped before: nothing waits for the disk."""
    key = await given(as_alice, image(), "x.png")
    source = upstream.script(finish_reason=None)
    following = await service.ask(as_alice, Ask(content="?", attachments=(key,), model="seeing"))
    assert not source.opened.is_set()
    await source.opened.wait()
    source.feed(Chunk(text="Seen", finish_reason="stop"))
    source.end()
    assert (await service.whole_message(following))["content"] == "Seen"
