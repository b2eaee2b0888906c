"""No English is left on a page for a Chinese reader, whether somebody wrapped it or not."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from chat.models import ApiKey, Attachment, Completion, Conversation, Message
from chat.scopes import SCOPES

SAID = {"aria-label", "title", "placeholder", "alt", "label"}
UNSEEN = {"script", "style", "template"}
OURS = re.compile(
    r"\w+ [\da-f-]{36}|alice|Holdfast|English|WebSocket|Markdown|JSON|Top P|demo|https?://\S+|sk-\w+|"
    r"text/plain|notes\.txt|Wanderungen|UTC|KB|PDF|Reviewers|Auditors|Chat administrators"
)
"""Names, and what somebody wrote."""
DJANGOS = {"Model name", "Add link", "Change or view list link", "Search", "True", "False"}
"""Of its administration, which its own catalogue has no Chinese for: column names and icons, read out."""
NAMES = DJANGOS | set(SCOPES)
"""A scope's own name stands beside what it means."""

PAGES = [
    "/",
    "/?q=nichts",
    "/search/?q=nichts",
    "/instructions/",
    "/settings/",
    "/settings/chat/",
    "/settings/password/",
    "/settings/keys/",
    "/settings/shared/",
    "/settings/data/",
    "/import/",
    "/nothing/",
    "/c/{conversation}/",
    "/c/{conversation}/share/",
    "/c/{conversation}/instructions/",
    "/c/{conversation}/rename/",
]
ADMIN = [
    "/admin/",
    "/admin/chat/",
    "/admin/chat/apikey/",
    "/admin/chat/connection/",
    "/admin/chat/connection/add/",
    "/admin/review/c/{conversation}/",
    "/admin/chat/onetimelink/",
    "/admin/chat/onetimelink/add/",
]
DOORS = ["/accounts/login/", "/accounts/forgotten/", "/join/nothing/", "/s/nothing/"]


class _Said(HTMLParser):
    """Every text and every attribute that somebody reads or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in UNSEEN
        self.found += [value for name, value in attrs if name in SAID and value]
        if tag == "input" and dict(attrs).get("type") in ("submit", "button"):
            self.found.append(dict(attrs).get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if not self._unseen and data.strip():
            self.found.append(data.strip())


def left_in_english(page: str) -> list[str]:
    """What has words, and no Chinese."""
    said = _Said()
    said.feed(page)
    return [
        text
        for text in said.found
        if text.isascii() and text not in NAMES and re.search(r"[A-Za-z]{2}", OURS.sub("", text))
    ]


@pytest.fixture
def keys(db: None) -> Iterator[dict[str, UUID]]:
    """Something of each kind. English is what the thread speaks again afterwards."""
    alice = User.objects.create_superuser("alice", password="alice")
    conversation = Conversation.objects.create(owner=alice, title="Wanderungen", model="demo")
    question = Message.objects.create(conversation=conversation, role="user", content="山？")
    Attachment.objects.create(
        owner=alice, message=question, name="notes.txt", kind="text", content_type="text/plain", size=9000
    )
    reply = Message.objects.create(
        conversation=conversation,
        parent=question,
        role="assistant",
        content="山。",
        model="demo",
        status="stopped",
    )
    reply.completion = Completion.objects.create(
        message=reply, number=1, model="demo", status="stopped", ended=reply.created, started=reply.created
    )
    reply.save()
    conversation.active = reply
    conversation.save()
    ApiKey.objects.create(user=alice, prefix="sk-1", hash="1" * 64)
    yield {"conversation": conversation.pk, "reply": reply.pk}
    translation.activate("en")


@pytest.mark.parametrize("address", PAGES + ADMIN + DOORS)
def test_no_english_is_left_on_a_chinese_page(keys: dict[str, UUID], address: str) -> None:
    client = Client()
    if address not in DOORS:
        client.force_login(User.objects.get())
    answer = client.get(address.format(**keys), headers={"Accept-Language": "zh-CN"})
    assert answer.status_code in (200, 404)
    assert answer["Content-Language"] == "zh-hans"
    left = left_in_english(answer.content.decode())
    assert not left, "in English:\n" + "\n".join(left)
