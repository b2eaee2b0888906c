"""Files on the pages: what may be attached is told, and a question shows its files without a script."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import translation
from pytest_django import Settings
from web.conftest import MakeReply

from chat.models import Attachment, GroupLimits, Message
from chat.shown.files import in_words


@pytest.fixture
def reply(alice: User, make_reply: MakeReply) -> Message:
    reply = make_reply(alice)
    for position, (name, kind, size) in enumerate(
        [("<b>.txt", "text", 1500), ("cat.png", "image", 2_500_000)]
    ):
        Attachment.objects.create(
            owner=alice, message=reply.parent, position=position, name=name, kind=kind, size=size
        )
    return reply


def test_a_question_shows_its_files_in_their_order(alices: Client, reply: Message) -> None:
    page = alices.get(f"/c/{reply.conversation_id}/").content.decode()
    first, second = reply.parent.attachments.all()  # type: ignore[union-attr]
    question = page.partition('<article class="message user"')[2].partition("</article>")[0]
    assert f'href="/api/v1/attachments/{first.id}" download' in question
    assert "&lt;b&gt;.txt" in question
    assert "2 KB" in question
    assert f'<img src="/api/v1/attachments/{second.id}" alt="cat.png"' in question
    assert question.index("&lt;b&gt;.txt") < question.index("cat.png")


def test_the_limits_are_on_the_page_before_anything_is_uploaded(
    alice: User, alices: Client, settings: Settings
) -> None:
    settings.CHAT_MAX_ATTACHMENTS, settings.CHAT_MAX_ATTACHMENT_BYTES = 3, 2_500_000
    page = alices.get("/").content.decode()
    assert page.count("at most 3, each up to 2.5 MB") == 2
    assert 'data-max-files="3" data-max-bytes="2500000"' in page
    group = Group.objects.create(name="Small")
    GroupLimits.objects.create(group=group, attachment_bytes=1_000_000)
    alice.groups.add(group)
    assert 'data-max-bytes="1000000"' in alices.get("/").content.decode()
    settings.CHAT_MAX_ATTACHMENTS = 0
    assert "Attach files" not in alices.get("/").content.decode()


@pytest.mark.parametrize(
    ("size", "words"),
    [(1, "1 KB"), (999_999, "1000 KB"), (1_000_000, "1 MB"), (9_960_000, "10 MB"), (1_250_000, "1.2 MB")],
)
def test_sizes_are_said_as_people_say_them(size: int, words: str) -> None:
    with translation.override("en"):
        assert in_words(size) == words
