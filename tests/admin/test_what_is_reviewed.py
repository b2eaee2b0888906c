"""Reviewers see what is kept: nothing that was deleted, and temporary chats only where the site says so."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from chat.models import Attachment, Conversation, Message


@pytest.fixture
def message(alice: User) -> Message:
    conversation = Conversation.objects.create(owner=alice, title="Between us", temporary=True)
    message = Message.objects.create(conversation=conversation, role="user", content="A secret.")
    Attachment.objects.create(
        owner=alice, message=message, name="secret.txt", kind="text", content_type="text/plain", size=1
    )
    return message


@pytest.fixture
def as_dave(client: Client, dave: User) -> Client:
    client.force_login(dave)
    return client


def _seen(client: Client) -> bool:
    """Whether it is in any list, or opens by its address."""
    names = ("conversation", "message", "attachment")
    lists = [client.get(reverse(f"admin:chat_{name}_changelist")).content.decode() for name in names]
    rows = [Conversation.objects.get(), Message.objects.get(), Attachment.objects.get()]
    pages = [
        client.get(reverse(f"admin:chat_{name}_change", args=[row.pk])).status_code == 200
        for name, row in zip(names, rows, strict=True)
    ]
    shown = [
        word in page for word, page in zip(("Between us", "A secret.", "secret.txt"), lists, strict=True)
    ]
    assert len({*pages, *shown}) == 1, "seen in one place and not in another"
    return shown[0]


@pytest.mark.parametrize(("policy", "is_seen"), [("reviewed", True), ("private", False), ("off", False)])
def test_a_temporary_chat_is_reviewed_only_where_the_site_says_so(
    as_dave: Client, message: Message, settings: Settings, policy: str, is_seen: bool
) -> None:
    settings.CHAT_TEMPORARY_CHATS = policy
    assert _seen(as_dave) is is_seen


def test_what_was_deleted_is_not_reviewed(as_dave: Client, message: Message) -> None:
    Conversation.objects.update(temporary=False)
    assert _seen(as_dave)
    Conversation.objects.update(deleted=timezone.now())
    assert not _seen(as_dave)
    Conversation.objects.update(deleted=None)
    Message.objects.update(deleted=timezone.now())
    page = as_dave.get(reverse("admin:chat_conversation_change", args=[message.conversation_id]))
    assert "A secret." not in page.content.decode()
    assert "A secret." not in as_dave.get(reverse("admin:chat_message_changelist")).content.decode()
