"""The administration lists, finds and reads conversations, and changes none of them."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from chat.auth.keys import create_key
from chat.files import folder
from chat.models import ApiKey, Attachment, Checkpoint, Completion, Conversation, Message


@pytest.fixture
def reply(alice: User) -> Message:
    conversation = Conversation.objects.create(owner=alice, title="About cats")
    question = Message.objects.create(conversation=conversation, role="user", content="Do cats purr?")
    reply = Message.objects.create(conversation=conversation, parent=question, role="assistant", content="")
    reply.completion = Completion.objects.create(message=reply, number=1, model="m")
    reply.status = "streaming"
    reply.save()
    Checkpoint.objects.create(completion=reply.completion, text_offset=0, text="They do.", reasoning_offset=0)
    return reply


@pytest.fixture
def as_dave(client: Client, dave: User) -> Client:
    client.force_login(dave)
    return client


@pytest.mark.parametrize("words", ["cats", "alice", "purr"])
def test_a_conversation_is_found_by_title_user_or_text(as_dave: Client, reply: Message, words: str) -> None:
    page = as_dave.get(reverse("admin:chat_conversation_changelist"), {"q": words}).content.decode()
    assert "About cats" in page
    assert (
        "About cats"
        not in as_dave.get(reverse("admin:chat_conversation_changelist"), {"q": "dogs"}).content.decode()
    )


def test_a_running_reply_is_read_as_saved_now(as_dave: Client, reply: Message) -> None:
    page = as_dave.get(reverse("admin:chat_message_change", args=[reply.pk])).content.decode()
    assert "They do." in page


@pytest.mark.parametrize("model", ["conversation", "message"])
def test_nothing_is_added_changed_or_deleted(as_dave: Client, reply: Message, model: str) -> None:
    row = reply if model == "message" else reply.conversation
    assert as_dave.get(reverse(f"admin:chat_{model}_changelist")).status_code == 200
    assert as_dave.get(reverse(f"admin:chat_{model}_add")).status_code == 403
    assert (
        as_dave.post(reverse(f"admin:chat_{model}_change", args=[row.pk]), {"title": "x"}).status_code == 403
    )
    assert (
        as_dave.post(reverse(f"admin:chat_{model}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    )


def test_a_user_without_the_permission_sees_nothing(client: Client, bob: User, reply: Message) -> None:
    client.force_login(bob)
    assert client.get(reverse("admin:chat_message_change", args=[reply.pk])).status_code == 302
    bob.is_staff = True
    bob.save()
    assert client.get(reverse("admin:chat_message_change", args=[reply.pk])).status_code == 403


def test_a_key_is_revoked_and_its_hash_never_shown(as_dave: Client, alice: User) -> None:
    row, _ = create_key(alice, "laptop")
    address = reverse("admin:chat_apikey_changelist")
    assert row.hash not in as_dave.get(reverse("admin:chat_apikey_change", args=[row.pk])).content.decode()
    as_dave.post(address, {"action": "revoke", "_selected_action": [str(row.pk)]})
    assert ApiKey.objects.get(pk=row.pk).revoked is not None


def test_a_reviewer_fetches_the_files_of_a_question_and_nobody_else_does(
    client: Client, carol: User, alice: User, reply: Message, settings: Settings, tmp_path: Path
) -> None:
    settings.CHAT_FILES_DIR = tmp_path
    row = Attachment.objects.create(
        owner=alice,
        message=reply.parent,
        name="page.html",
        kind="text",
        content_type="text/plain",
        size=4,
        text="<b>x</b>",
    )
    folder.keep(row.file, b"<b>x</b>")
    address = reverse("admin:attachment_file", args=[row.pk])
    client.force_login(carol)
    page = client.get(reverse("admin:chat_message_change", args=[reply.parent_id])).content.decode()
    assert address in page
    assert "&lt;b&gt;x" in page
    answer = client.get(address)
    assert answer.content == b"<b>x</b>"
    assert answer["Content-Type"] == "text/plain"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    client.force_login(alice)
    assert client.get(address).status_code == 302
    alice.is_staff = True
    alice.save()
    assert client.get(address).status_code == 403
