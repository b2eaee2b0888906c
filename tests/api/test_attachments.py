"""Files: uploaded as bytes, told by their content, fetched and sent by their owner alone."""

from pathlib import Path
from typing import Any

import pytest
from api.reading import ask, error_of, events
from django.conf import settings as site
from django.contrib.auth.models import User
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream
from files.samples import image, pdf
from pytest_django import Settings

from chat.models import Attachment

FILES = "/api/v1/attachments"
UNKNOWN = "019a0000-0000-7000-8000-000000000000"
TEXT = b"The cat sat on the mat."


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.CHAT_FILES_DIR = tmp_path / "files"


def lying() -> int:
    """How many files are in the folder."""
    folder = Path(site.CHAT_FILES_DIR)
    return len(list(folder.iterdir())) if folder.exists() else 0


def lose_files() -> None:
    for path in Path(site.CHAT_FILES_DIR).iterdir():
        path.unlink()


async def upload(client: AsyncClient, data: bytes = TEXT, name: str = "notes.txt", **more: Any) -> Any:
    path = f"{FILES}?name={name}"
    return await client.generic("POST", path, data, "application/octet-stream", **more)


async def uploaded(client: AsyncClient, data: bytes = TEXT, name: str = "notes.txt") -> str:
    response = await upload(client, data, name)
    assert response.status_code == 201, response.content
    return str(response.json()["id"])


async def test_a_text_is_uploaded_and_fetched_as_it_was(as_alice: AsyncClient) -> None:
    response = await upload(as_alice)
    assert response.status_code == 201
    file = response.json()
    assert file.pop("created")
    assert file == {
        "id": file["id"],
        "name": "notes.txt",
        "kind": "text",
        "content_type": "text/plain",
        "size": len(TEXT),
        "characters": len(TEXT),
    }
    fetched = await as_alice.get(f"{FILES}/{file['id']}")
    assert fetched.content == TEXT
    assert fetched["Content-Type"] == "text/plain"
    assert fetched["Content-Disposition"] == 'attachment; filename="notes.txt"'


async def test_what_is_fetched_never_runs_and_is_kept_by_no_shared_cache(as_alice: AsyncClient) -> None:
    for data, disposition in ((b"<script>alert(1)</script>", "attachment"), (image(), "inline")):
        fetched = await as_alice.get(f"{FILES}/{await uploaded(as_alice, data, 'x.html')}")
        assert fetched["Content-Disposition"].startswith(disposition)
        assert fetched["X-Content-Type-Options"] == "nosniff"
        assert fetched["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert fetched["Cross-Origin-Resource-Policy"] == "same-origin"
        assert fetched["Cache-Control"].startswith("private")
        assert "Cookie" in fetched["Vary"]
        assert "html" not in fetched["Content-Type"]


async def test_a_name_in_any_script_comes_back(as_alice: AsyncClient) -> None:
    key = await uploaded(as_alice, name="%E6%96%87%E4%BB%B6.txt")
    assert (await as_alice.get(FILES)).json()["results"][0]["name"] == "文件.txt"
    fetched = await as_alice.get(f"{FILES}/{key}")
    assert "filename*=utf-8''%E6%96%87%E4%BB%B6.txt" in fetched["Content-Disposition"]


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 400, "file_empty"),
        (b"PK\x03\x04\x00\x00", 415, "file_kind"),
        (image()[:40], 400, "image_broken"),
        (pdf(""), 400, "pdf_without_text"),
        (b"x" * 1_000_001, 413, "text_too_long"),
        (b"x" * 10_000_001, 413, "too_large"),
    ],
)
async def test_what_is_not_taken_is_refused_and_leaves_nothing(
    as_alice: AsyncClient, data: bytes, status: int, code: str
) -> None:
    response = await upload(as_alice, data)
    assert response.status_code == status
    assert error_of(response)["code"] == code
    assert (await as_alice.get(FILES)).json() == {"results": [], "next": None}
    assert lying() == 0


async def test_the_limit_of_a_file_is_told(as_alice: AsyncClient, settings: Settings) -> None:
    settings.CHAT_MAX_ATTACHMENT_BYTES = 20
    response = await upload(as_alice, b"x" * 21)
    assert response.status_code == 413
    assert "your limit is 20" in error_of(response)["message"]
    assert (await upload(as_alice, b"x" * 20)).status_code == 201


@pytest.mark.parametrize(
    ("content_type", "headers"),
    [
        ("multipart/form-data; boundary=x", {}),
        ("text/plain", {"Content-Encoding": "gzip"}),
    ],
)
async def test_bytes_that_are_wrapped_are_not_taken_for_the_file(
    as_alice: AsyncClient, content_type: str, headers: dict[str, str]
) -> None:
    response = await as_alice.generic("POST", FILES, b"--x\r\n", content_type, headers=headers)
    assert response.status_code == 415


async def test_a_site_may_take_no_files(as_alice: AsyncClient, settings: Settings) -> None:
    key = await uploaded(as_alice)
    settings.CHAT_MAX_ATTACHMENTS = 0
    assert error_of(await upload(as_alice))["code"] == "no_files"
    assert (await ask(as_alice, attachments=[key])).status_code == 400


async def test_a_browser_needs_its_token(alice_in_browser: AsyncClient) -> None:
    assert (await upload(alice_in_browser)).status_code == 403
    key = "t" * 32
    alice_in_browser.cookies["csrftoken"] = key
    assert (await upload(alice_in_browser, headers={"X-CSRFToken": key})).status_code == 201


async def test_an_unsent_file_is_listed_and_taken_back(as_alice: AsyncClient) -> None:
    first, second = await uploaded(as_alice), await uploaded(as_alice, b"other")
    assert [file["id"] for file in (await as_alice.get(FILES)).json()["results"]] == [first, second]
    assert (await as_alice.delete(f"{FILES}/{first}")).status_code == 204
    assert [file["id"] for file in (await as_alice.get(FILES)).json()["results"]] == [second]
    assert (await as_alice.get(f"{FILES}/{first}")).status_code == 404
    assert lying() == 1


async def test_a_question_has_its_files_and_so_has_its_message(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    keys = [await uploaded(as_alice, b"one", "1.txt"), await uploaded(as_alice, b"two", "2.txt")]
    upstream.script("Hi")
    start = (await events(await ask(as_alice, attachments=keys[::-1])))[0]
    message = (await as_alice.get(f"/api/v1/messages/{start['request']}")).json()
    assert [file["name"] for file in message["attachments"]] == ["2.txt", "1.txt"]
    assert set(message["attachments"][0]) == {"id", "name", "kind", "content_type", "size"}
    tree = (await as_alice.get(f"/api/v1/conversations/{start['conversation']}")).json()
    assert tree["messages"][0]["attachments"] == message["attachments"]
    assert tree["messages"][1]["attachments"] == []
    assert (await as_alice.get(FILES)).json()["results"] == []
    assert (await as_alice.get(f"{FILES}/{keys[0]}")).content == b"one"
    refused = await as_alice.delete(f"{FILES}/{keys[0]}")
    assert (refused.status_code, error_of(refused)["code"]) == (409, "attachment_sent")


async def test_what_belongs_to_somebody_else_does_not_exist(
    as_alice: AsyncClient, as_bob: AsyncClient, nobody: AsyncClient, upstream: FedUpstream
) -> None:
    key = await uploaded(as_alice)
    for _ in ("before it was sent", "afterwards"):
        assert (await as_bob.get(f"{FILES}/{key}")).status_code == 404
        assert (await as_bob.delete(f"{FILES}/{key}")).status_code == 404
        assert (await ask(as_bob, attachments=[key])).status_code == 404
        assert (await as_bob.get(FILES)).json()["results"] == []
        assert (await nobody.get(f"{FILES}/{key}")).status_code == 401
        upstream.script("Hi")
        start = (await events(await ask(as_alice, attachments=[key])))[0]
        assert (await as_bob.get(f"/api/v1/messages/{start['request']}")).status_code == 404
    assert (await as_bob.get("/api/v1/conversations")).json()["results"] == []


async def test_a_ticket_opens_no_file(as_alice: AsyncClient, nobody: AsyncClient) -> None:
    key = await uploaded(as_alice)
    url = (await ask(as_alice, background=True, attachments=[key])).json()["stream_url"]
    ticket = url.partition("?")[2]
    assert (await nobody.get(f"{FILES}/{key}?{ticket}")).status_code == 401


@pytest.mark.parametrize(
    ("attachments", "status"),
    [([UNKNOWN], 404), (["x"], 404), ("x", 400), ([1], 400), (None, 400), (["twice", "twice"], 400)],
)
async def test_bad_ids_are_refused_and_nothing_is_asked(
    as_alice: AsyncClient, upstream: FedUpstream, attachments: Any, status: int
) -> None:
    key = await uploaded(as_alice)
    if isinstance(attachments, list):
        attachments = [key if value == "twice" else value for value in attachments]
    assert (await ask(as_alice, attachments=attachments)).status_code == status
    assert upstream.calls == []
    assert (await as_alice.get("/api/v1/conversations")).json()["results"] == []
    assert len((await as_alice.get(FILES)).json()["results"]) == 1


async def test_more_files_than_a_question_may_have_are_refused(
    as_alice: AsyncClient, settings: Settings
) -> None:
    settings.CHAT_MAX_ATTACHMENTS = 2
    keys = [await uploaded(as_alice) for _ in range(3)]
    refused = await ask(as_alice, attachments=keys)
    assert error_of(refused)["code"] == "too_many_attachments"
    assert "the limit is 2" in error_of(refused)["message"]


async def test_an_image_needs_a_model_that_sees(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    key = await uploaded(as_alice, image(), "x.png")
    refused = await ask(as_alice, attachments=[key])
    assert refused.status_code == 400
    error = error_of(refused)
    assert (error["code"], error["param"]) == ("model_without_vision", "attachments")
    assert "small" in error["message"]
    upstream.script("I see")
    start = (await events(await ask(as_alice, attachments=[key], model="seeing")))[0]
    again = f"/api/v1/messages/{start['reply']}/regenerate"
    refused = await as_alice.post(again, {"model": "small"}, "application/json")
    assert error_of(refused)["code"] == "model_without_vision"


async def test_an_edit_has_the_files_of_the_old_version(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    key = await uploaded(as_alice)
    upstream.script("Hi")
    first = (await events(await ask(as_alice, "Old", attachments=[key])))[0]
    upstream.script("Ho")
    edit = {"conversation": first["conversation"], "parent": None, "attachments": [key]}
    second = (await events(await ask(as_alice, "New", **edit)))[0]
    old, new = [
        (await as_alice.get(f"/api/v1/messages/{start['request']}")).json()["attachments"]
        for start in (first, second)
    ]
    assert old[0]["id"] == key != new[0]["id"]
    assert (await as_alice.get(f"{FILES}/{new[0]['id']}")).content == TEXT
    assert lying() == 1


async def test_the_same_call_again_binds_nothing_twice(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    key = await uploaded(as_alice)
    upstream.script("Hi")
    body = {"content": "?", "attachments": [key], "stream": False}
    headers = {"Idempotency-Key": "k"}
    for _ in range(2):
        response = await as_alice.post("/api/v1/chat", body, "application/json", headers=headers)
        assert response.status_code == 200
    assert len(upstream.calls) == 1
    assert await Attachment.objects.acount() == 1
    other = body | {"attachments": []}
    response = await as_alice.post("/api/v1/chat", other, "application/json", headers=headers)
    assert response.status_code == 409


async def test_files_that_nobody_sends_are_bounded(as_alice: AsyncClient, alice: User) -> None:
    rows = [
        Attachment(owner=alice, name="x", kind="text", content_type="text/plain", size=1) for _ in range(100)
    ]
    await Attachment.objects.abulk_create(rows)
    refused = await upload(as_alice)
    assert (refused.status_code, error_of(refused)["code"]) == (429, "too_many_files")


async def test_a_file_that_was_lost_is_404(as_alice: AsyncClient) -> None:
    key = await uploaded(as_alice)
    lose_files()
    response = await as_alice.get(f"{FILES}/{key}")
    assert (response.status_code, error_of(response)["code"]) == (404, "file_lost")


async def test_an_event_source_may_send_files_too(as_alice: AsyncClient, upstream: FedUpstream) -> None:
    key = await uploaded(as_alice)
    upstream.script("Hi")
    query = {"content": "?", "attachments": f'["{key}"]'}
    start = (await events(await as_alice.get("/api/v1/chat", query)))[0]
    message = (await as_alice.get(f"/api/v1/messages/{start['request']}")).json()
    assert [file["id"] for file in message["attachments"]] == [key]
