"""No page of the administration gives anybody another user's words but the desk's, and each look is an entry.

The walk goes through every address that there is: a page that is added is walked, too.
"""

from pathlib import Path

import pytest
from admin.review_cases import add_reply, browser
from admin.side_doors import MARK, addresses, answers, first_rows
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.urls import path
from django.utils import timezone
from pytest_django import Settings

from chat.access.shares import hash_of
from chat.auth.keys import create_key
from chat.auth.links import Kind, make_link
from chat.files import folder
from chat.models import (
    Attachment,
    AuditEntry,
    Connection,
    Conversation,
    Feedback,
    Flag,
    FlagRule,
    GroupLimits,
    Label,
    LegalHold,
    Message,
    Note,
    Preferences,
    Price,
    RetentionRule,
    Review,
    ReviewExport,
    SavedFilter,
    Share,
)
from chat.search.index import put_conversation

STREAMS = {"review:live", "review:download"}
"""Tested in tests/admin/test_review_live.py, and with the exports."""
ON_REQUEST = {"admin:auth_user_export"}
"""All that a user has, for who asked for it: a stream of its own, with its own entry."""


def words(what: str) -> str:
    return f"{MARK}-{what}"


@pytest.fixture
def row(alice: User, dave: User, settings: Settings, tmp_path: Path) -> Conversation:
    """All that Alice can write, give or set, with the mark in it; and a row of all that admins keep."""
    settings.CHAT_FILES_DIR = tmp_path
    row = Conversation.objects.create(
        owner=alice, title=words("title"), system_prompt=words("prompt"), params={"stop": words("params")}
    )
    question = Message.objects.create(conversation=row, role="user", content=words("question"))
    file = Attachment.objects.create(
        owner=alice,
        message=question,
        name=words("file"),
        kind="text",
        content_type="text/plain",
        size=1,
        text=words("text of the file"),
    )
    folder.keep(file.file, words("bytes").encode())
    Attachment.objects.create(owner=alice, name=words("unsent"), kind="text", content_type="x", size=1)
    reply = add_reply(
        question,
        words("answer"),
        status="failed",
        reasoning=words("reasoning"),
        error={"code": "upstream_rejected", "message": words("error")},
        params={"stop": words("params")},
    )
    Feedback.objects.create(message=reply, rating=-1, comment=words("comment"))
    Share.objects.create(
        conversation=row,
        hash=hash_of("secret"),
        title=words("share"),
        author=words("author"),
        messages=[{"content": words("shared")}],
    )
    Preferences.objects.create(user=alice, system_prompt=words("own prompt"))
    put_conversation(row.id)
    Flag.objects.create(
        conversation=row, message=reply, kind="reported", reason=words("report"), raised_by=alice
    )
    Review.objects.create(conversation=row, verdict="poor", assignee=dave)
    Note.objects.create(conversation=row, text=words("note"), author=dave)
    create_key(alice, "laptop")
    make_link(Kind.INVITATION)
    Connection.objects.create(name="Lab", base_url="http://lab.example/v1")
    Label.objects.create(name="odd")
    FlagRule.objects.create(name="Bad words", kind="words", value="bad")
    Price.objects.create(model="demo", since="2026-01-01", prompt=1, completion=1)
    RetentionRule.objects.create(days=30)
    GroupLimits.objects.create(group=Group.objects.get(name="Reviewers"), streams=3)
    LegalHold.objects.create(conversation=row, reason="A court asks.", made_by=dave)
    SavedFilter.objects.create(owner=dave, name="Mine", query="")
    ReviewExport.objects.create(owner=dave, form="jsonl", total=1, ended=timezone.now())
    LogEntry.objects.create(
        user=dave,
        content_type=ContentType.objects.get_for_model(Conversation),
        object_id=str(row.pk),
        object_repr=str(row),
        action_flag=CHANGE,
    )
    return row


def ids_of(row: Conversation) -> dict[str, list[str]]:
    messages = [str(message.pk) for message in row.messages.all()]
    return first_rows() | {
        "conversation_id": [str(row.pk)],
        "message_id": messages,
        "reply_id": messages[1:],
        "file_id": [str(Attachment.objects.exclude(message=None).get().pk)],
        "object_id": [str(row.pk)],
        "content_type_id": [str(ContentType.objects.get_for_model(Conversation).pk)],
        "app_label": ["chat", "auth"],
        "url": ["nowhere"],
    }


def walked(user: User, row: Conversation, *, hostile: bool = True) -> tuple[list[str], set[str]]:
    """The side doors that this user finds, and what the desk shows them."""
    client = browser(user)
    doors, shown = [], set()
    for address in addresses(ids_of(row)):
        if address.is_stream or address.name in {"admin:logout", *ON_REQUEST}:
            continue
        for answer in answers(client, address, hostile=hostile):
            if answer.is_side_door:
                doors.append(f"{answer.what}: {answer.status}")
            if answer.shows:
                shown.add(address.name)
    return doors, shown


def test_every_address_is_walked(row: Conversation) -> None:
    known = list(addresses(ids_of(row)))
    assert {address.name for address in known if address.is_stream} <= STREAMS
    names = {address.name for address in known}
    assert {"admin:index", "admin:auth_user_delete", "admin:chat_conversation_change"} <= names
    assert "review:conversation" in names


def test_a_superuser_is_shown_words_by_the_desk_alone(row: Conversation, dave: User) -> None:
    doors, shown = walked(dave, row)
    assert doors == []
    assert {"review:conversation", "review:message", "review:file"} <= shown


def test_a_member_of_staff_with_every_permission_is_shown_no_more(row: Conversation, carol: User) -> None:
    carol.user_permissions.set(Permission.objects.all())
    doors, shown = walked(carol, row)
    assert doors == []
    assert "review:conversation" in shown


def test_who_may_not_review_is_shown_nothing_at_all(
    row: Conversation, alice: User, bob: User, erin: User
) -> None:
    bob.is_staff = True
    bob.save()
    wrote = AuditEntry.objects.count()
    for user in (alice, bob, erin):
        assert walked(user, row, hostile=user is not alice) == ([], set()), user
    assert AuditEntry.objects.count() == wrote


@pytest.mark.parametrize("review", ["off", "flagged"])
def test_a_site_that_does_not_review_shows_nothing_to_superusers(
    row: Conversation, dave: User, settings: Settings, review: str
) -> None:
    settings.CHAT_REVIEW = review
    Flag.objects.all().delete()
    LegalHold.objects.all().delete()
    assert walked(dave, row, hostile=False) == ([], set())


def test_the_old_lists_lead_to_the_desk(row: Conversation, carol: User, erin: User) -> None:
    question = row.messages.get(role="user")
    file = question.attachments.get()
    for old, new in (
        (f"conversation/{row.pk}/change/", f"/admin/review/c/{row.pk}/"),
        (f"conversation/{row.pk}/history/", f"/admin/review/c/{row.pk}/"),
        (f"message/{question.pk}/change/", f"/admin/review/c/{row.pk}/?message={question.pk}"),
        (f"attachment/{file.pk}/change/", f"/admin/review/c/{row.pk}/?message={question.pk}"),
    ):
        assert browser(carol).get(f"/admin/chat/{old}")["Location"] == new
        assert browser(erin).get(f"/admin/chat/{old}").status_code == 403
    row.deleted = timezone.now()
    row.save()
    Flag.objects.all().delete()
    Review.objects.all().delete()
    LegalHold.objects.all().delete()
    assert browser(carol).get(f"/admin/chat/message/{question.pk}/change/").status_code == 404


def test_deleting_a_user_lists_no_titles(row: Conversation, alice: User, dave: User) -> None:
    page = browser(dave).get(f"/admin/auth/user/{alice.pk}/delete/", follow=True).content.decode()
    assert MARK not in page


leaky = admin.AdminSite("leaky")


class Leak(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("comment",)


leaky.register(Feedback, Leak)
urlpatterns = [path("admin/", leaky.urls)]


def test_the_walk_finds_a_page_that_leaks(row: Conversation, dave: User, settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    ids = ids_of(row) | {"chat.feedback": [str(Feedback.objects.get().pk)]}
    client = browser(dave)
    found = {
        address.name
        for address in addresses(ids, __name__)
        for answer in answers(client, address, hostile=False)
        if answer.is_side_door
    }
    assert found == {"leaky:chat_feedback_changelist", "leaky:chat_feedback_change"}
