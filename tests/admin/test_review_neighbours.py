"""From one conversation of a list to the next, in its order and within its filter."""

import re

import pytest
from admin.review_cases import browser, make_conversation
from django.contrib.auth.models import User
from django.test import Client

from chat.digest.refresh import refresh
from chat.models import Conversation
from chat.search.index import put_conversation


@pytest.fixture
def rows(alice: User, bob: User) -> list[Conversation]:
    """Newest first, as the list has them: the second one is Bob's."""
    owners = (alice, bob, alice, alice)
    made = [make_conversation(owner, f"Cats {number}") for number, owner in enumerate(owners)]
    for row in made:
        put_conversation(row.id)
    refresh([row.id for row in made])
    return made[::-1]


def ways(client: Client, row: Conversation, query: str) -> dict[str, str]:
    page = client.get(f"/admin/review/c/{row.id}/{query}").content.decode()
    found = re.findall(r'rel="(prev|next)" href="([^"]*)"', page)
    return {way: address.replace("&amp;", "&") for way, address in found}


def test_the_next_one_is_the_next_of_the_filter(carol: User, rows: list[Conversation]) -> None:
    carols = browser(carol)
    newest, second, _bobs, last = rows
    query = "?user=alice&in=list"
    assert ways(carols, newest, query) == {"next": f"/admin/review/c/{second.id}/{query}"}
    assert ways(carols, second, query) == {
        "prev": f"/admin/review/c/{newest.id}/{query}",
        "next": f"/admin/review/c/{last.id}/{query}",
    }
    assert ways(carols, last, f"{query}&at={last.active_id}") == {
        "prev": f"/admin/review/c/{second.id}/{query}"
    }


def test_who_came_from_no_list_has_no_next_one(carol: User, rows: list[Conversation]) -> None:
    assert ways(browser(carol), rows[1], "") == {}


def test_an_address_that_is_no_filter_leads_nowhere(carol: User, rows: list[Conversation]) -> None:
    assert ways(browser(carol), rows[1], "?in=list&status=odd&date_from=yesterday") == {}
