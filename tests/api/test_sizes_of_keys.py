"""By a key come messages and files as large as it and its user may send: the smaller limit refuses."""

from pathlib import Path
from typing import Any

import pytest
from api.openai.calls import answering, assistant, picture, post, said
from api.openai.calls import user as user_says
from api.reading import ask, error_of, whole
from django.contrib.auth.models import User
from django.test import AsyncClient
from fakes.fed_upstream import FedUpstream
from pytest_django import Settings

from chat.models import ApiKey, Attachment, Conversation

KEYS, USERS = "this API key's", "your"
smaller = pytest.mark.parametrize(
    ("of_user", "of_key", "whose"),
    [(1000, 5, KEYS), (0, 5, KEYS), (5, 1000, USERS), (5, 0, USERS), (5, None, USERS)],
)


@smaller
async def test_a_long_message_is_refused_on_both_apis(
    as_alice: AsyncClient,
    upstream: FedUpstream,
    settings: Settings,
    of_user: int,
    of_key: int | None,
    whose: str,
) -> None:
    settings.CHAT_MAX_MESSAGE_CHARS = of_user
    await ApiKey.objects.aupdate(message_chars=of_key)
    for answer, what, param in (
        (await ask(as_alice, "123456"), "The content", "content"),
        (await as_alice.get("/api/v1/chat?content=123456"), "The content", "content"),
        (await ask(as_alice, "1", system_prompt="123456"), "The system_prompt", "system_prompt"),
        (
            await as_alice.post("/api/v1/conversations", {"system_prompt": "123456"}, "application/json"),
            "The system_prompt",
            "system_prompt",
        ),
        (await post(as_alice, user_says("123456")), "A message", "messages"),
        (
            await post(as_alice, {"role": "system", "content": "123456"}, user_says("1")),
            "A message",
            "messages",
        ),
    ):
        assert answer.status_code == 413
        assert error_of(answer) == {
            "type": "invalid_request_error",
            "code": "text_too_long",
            "message": f"{what} has 6 characters; {whose} limit is 5.",
            "param": param,
        }
    assert upstream.calls == []
    answering(upstream, "Hi", "Hi")
    assert "Hi" in await whole(await ask(as_alice, "12345"))
    assert await said(as_alice, user_says("12345")) == "Hi"


@smaller
async def test_a_large_file_is_refused_and_so_is_a_picture_in_a_message(
    as_alice: AsyncClient,
    upstream: FedUpstream,
    settings: Settings,
    tmp_path: Path,
    of_user: int,
    of_key: int | None,
    whose: str,
) -> None:
    settings.CHAT_FILES_DIR = tmp_path
    settings.CHAT_MAX_ATTACHMENT_BYTES = of_user
    await ApiKey.objects.aupdate(attachment_bytes=of_key)
    for answer in (await upload(as_alice, b"123456"), await post(as_alice, user_says([picture()]))):
        assert answer.status_code == 413
        error = error_of(answer)
        assert error["code"] == "file_too_large"
        assert error["message"].endswith(f"bytes; {whose} limit is 5.")
    assert upstream.calls == []
    assert not await Conversation.objects.aexists()
    assert (await upload(as_alice, b"12345")).status_code == 201
    assert [file.name async for file in Attachment.objects.all()] == ["a.txt"]


async def test_a_picture_in_a_call_that_is_not_kept_is_no_larger(
    as_alice: AsyncClient, upstream: FedUpstream
) -> None:
    await ApiKey.objects.aupdate(attachment_bytes=5)
    answering(upstream, "Red.")
    refused = error_of(await post(as_alice, user_says([picture()]), store=False))
    assert refused["code"] == "file_too_large"
    assert refused["param"] == "messages.0.content.0.image_url.url"
    assert upstream.calls == []


@pytest.mark.parametrize("most", [100, 300_000])
async def test_a_system_prompt_is_as_long_as_a_message_wherever_it_is_said(
    as_alice: AsyncClient, upstream: FedUpstream, settings: Settings, most: int
) -> None:
    settings.CHAT_MAX_MESSAGE_CHARS = most
    made = await as_alice.post("/api/v1/conversations", {"system_prompt": "x" * most}, "application/json")
    assert made.status_code == 201
    path = f"/api/v1/conversations/{made.json()['id']}"
    for allowed in (
        await as_alice.patch(path, {"system_prompt": "y" * most}, "application/json"),
        await ask(as_alice, "Hi", system_prompt="z" * most, background=True),
    ):
        assert allowed.status_code in (200, 202)
    longer = {"system_prompt": "x" * (most + 1)}
    for refused in (
        await as_alice.post("/api/v1/conversations", longer, "application/json"),
        await as_alice.patch(path, longer, "application/json"),
        await ask(as_alice, "Hi", **longer),
    ):
        error = error_of(refused)
        assert (refused.status_code, error["code"], error["param"]) == (413, "text_too_long", "system_prompt")


async def test_a_reply_that_comes_back_in_a_history_is_no_message(
    as_alice: AsyncClient, upstream: FedUpstream, settings: Settings
) -> None:
    await ApiKey.objects.aupdate(message_chars=9)
    settings.CHAT_MAX_REPLY_CHARS = 20
    answering(upstream, "A longer reply.", "Good.")
    first = user_says("Question?")
    reply = assistant(await said(as_alice, first))
    assert await said(as_alice, first, reply, user_says("And?")) == "Good."
    refused = error_of(await post(as_alice, first, assistant("x" * 21), user_says("And?")))
    assert (refused["code"], refused["param"]) == ("text_too_long", "messages")
    assert refused["message"] == "A reply has 21 characters; the site's limit is 20."
    result = {"role": "tool", "tool_call_id": "call_1", "content": "ten chars."}
    refused = error_of(await post(as_alice, first, reply, result))
    assert refused["message"] == "A message has 10 characters; this API key's limit is 9."


async def test_a_keys_sizes_are_not_those_of_its_users_pages(
    as_alice: AsyncClient, nobody: AsyncClient, alice: User, settings: Settings, tmp_path: Path
) -> None:
    settings.CHAT_FILES_DIR = tmp_path
    await ApiKey.objects.aupdate(message_chars=5, attachment_bytes=5)
    await nobody.aforce_login(alice)
    assert (await upload(nobody, b"123456")).status_code == 201
    assert (await ask(nobody, "123456", background=True)).status_code == 202


async def upload(client: AsyncClient, data: bytes) -> Any:
    return await client.post("/api/v1/attachments?name=a.txt", data, "application/octet-stream")
