"""The list of conversations: found, paged, and changed in place."""

import re

from django.contrib.auth.models import User
from django.test import Client
from web.conftest import MakeReply

from chat.models import Conversation
from chat.web.sidebar import PAGE

FRAGMENT = {"HX-Request": "true"}


def titles(page: bytes) -> list[str]:
    return re.findall(r'conversation-title" dir="auto">([^<]*)<', page.decode())


def test_the_list_shows_the_users_own_conversations_only(
    alice: User, bob: User, alices: Client, make_reply: MakeReply
) -> None:
    make_reply(alice, question="Mine")
    make_reply(bob, question="His")
    assert titles(alices.get("/conversations/").content) == ["Mine"]


def test_the_list_comes_in_pages_and_loses_nothing(alice: User, alices: Client) -> None:
    for number in range(PAGE + 5):
        Conversation.objects.create(owner=alice, title=f"number {number}")
    first = alices.get("/conversations/").content
    more = re.search(r'hx-get="(/conversations/\?cursor=[^"]*)"', first.decode())
    assert more is not None
    rest = alices.get(more[1].replace("&amp;", "&")).content
    assert len(titles(first)) == PAGE
    assert len(set(titles(first) + titles(rest))) == PAGE + 5


def test_words_find_a_conversation_by_its_title_or_messages(
    alice: User, alices: Client, make_reply: MakeReply
) -> None:
    make_reply(alice, "Because of the light.", question="Sky")
    make_reply(alice, question="Bread")
    assert titles(alices.get("/conversations/", {"q": "light"}).content) == ["Sky"]
    assert "Nothing found." in alices.get("/conversations/", {"q": "nowhere"}).content.decode()


def test_the_open_conversation_is_marked(alice: User, alices: Client, make_reply: MakeReply) -> None:
    key = make_reply(alice).conversation_id
    headers = FRAGMENT | {"HX-Current-URL": f"http://testserver/c/{key}/"}
    assert "aria-current" in alices.get("/conversations/", headers=headers).content.decode()
    assert "aria-current" not in alices.get("/conversations/").content.decode()


def test_a_bad_cursor_is_a_bad_request(alices: Client) -> None:
    assert alices.get("/conversations/", {"cursor": "made up"}).status_code == 400


def test_a_current_page_that_is_no_address_is_none(alice: User, alices: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://["}
    assert alices.get("/conversations/", headers=headers).status_code == 200
