"""A long conversation comes in parts: its end first, the others when they are asked for, none with a gap."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from web.conftest import MakeReply

from chat.models import Conversation, Message
from chat.shown.parts import SHOWN, Place, part_of

FRAGMENT = {"HX-Request": "true"}


def path(count: int) -> list[dict[str, str]]:
    return [{"id": str(number), "role": ("user", "assistant")[number % 2]} for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 2, SHOWN, SHOWN + 1, 200, 201])
def test_the_end_is_shown_where_no_place_is_asked_for(count: int) -> None:
    part = part_of(path(count), None)
    assert part.stop == count
    assert min(count, SHOWN) <= part.stop - part.start <= SHOWN + 1
    assert part.start % 2 == 0


@pytest.mark.parametrize("count", [2, 39, 40, 41, 100, 201])
def test_earlier_parts_join_without_a_gap_or_an_overlap(count: int) -> None:
    messages = path(count)
    part = part_of(messages, None)
    seen = messages[part]
    while part.start > 0:
        part = part_of(messages, Place("before", messages[part.start]["id"]))
        assert part.start % 2 == 0
        seen = messages[part] + seen
    assert seen == messages


@pytest.mark.parametrize("number", [0, 1, 7, 50, 51, 99, 199, 200])
def test_later_parts_join_from_any_place(number: int) -> None:
    messages = path(201)
    part = part_of(messages, Place("at", str(number)))
    assert part.start <= number < part.stop
    assert part.stop - part.start <= SHOWN + 2
    seen = messages[part]
    while part.stop < len(messages):
        part = part_of(messages, Place("after", messages[part.stop - 1]["id"]))
        seen += messages[part]
    assert seen == messages[messages.index(seen[0]) :]


def test_a_place_that_is_not_there_is_the_end() -> None:
    assert part_of(path(100), Place("at", "gone")) == part_of(path(100), None)


@pytest.fixture
def long(alice: User) -> Conversation:
    row = Conversation.objects.create(owner=alice, title="Long")
    parent = None
    for number in range(101):
        parent = Message.objects.create(
            conversation=row,
            parent=parent,
            role=("user", "assistant")[number % 2],
            content=f"Text {number}.",
        )
    row.active = parent
    row.save()
    return row


def texts(page: bytes) -> list[int]:
    return [int(number) for number in re.findall(r'class="source">Text (\d+)\.<', page.decode())]


def parts(page: bytes) -> dict[str, str]:
    return dict(re.findall(r'data-part="(\w+)" data-src="([^"]*)"', page.decode()))


def test_a_long_conversation_opens_at_its_end_and_leads_to_its_beginning(
    alices: Client, long: Conversation
) -> None:
    page = alices.get(f"/c/{long.id}/").content
    seen = texts(page)
    assert len(seen) <= SHOWN + 1
    assert seen[-1] == 100
    while "earlier" in parts(page):
        assert "later" not in parts(page)
        page = alices.get(parts(page)["earlier"], headers=FRAGMENT).content
        seen = texts(page) + seen
    assert seen == list(range(101))


def test_without_a_script_links_lead_through_it(alices: Client, long: Conversation) -> None:
    page = alices.get(f"/c/{long.id}/").content.decode()
    link = re.search(r'href="([^"]*\?before=[^"]*)"', page)
    assert link is not None
    earlier = alices.get(link[1]).content
    assert texts(earlier)[-1] == texts(page.encode())[0] - 1
    assert set(parts(earlier)) == {"earlier", "later"}


def test_a_conversation_opens_at_a_message(alices: Client, long: Conversation) -> None:
    key = long.messages.get(content="Text 30.").id
    page = alices.get(f"/c/{long.id}/?at={key}").content
    assert 30 in texts(page)
    assert set(parts(page)) == {"earlier", "later"}
    assert "data-other" not in page.decode()


def test_a_message_of_another_branch_is_shown_on_its_own(
    alice: User, alices: Client, make_reply: MakeReply
) -> None:
    first = make_reply(alice, "The first try.")
    below = make_reply(alice, "Below the first.", below=first)
    second = make_reply(alice, "The second try.", beside=first)
    page = alices.get(f"/c/{first.conversation_id}/?at={first.id}").content.decode()
    assert "Below the first." in page
    assert f'data-end="{below.id}" data-other' in page
    first.conversation.refresh_from_db()
    assert first.conversation.active_id == second.id


def test_what_stands_beside_a_message_is_its_version_on_the_active_branch(
    alice: User, alices: Client, make_reply: MakeReply
) -> None:
    first = make_reply(alice, "The first try.")
    make_reply(alice, "The second try.", beside=first)
    page = alices.get(f"/c/{first.conversation_id}/transcript/?beside={first.id}").content.decode()
    assert "The second try." in page
    assert "The first try." not in page


def test_a_transcript_goes_from_the_message_that_the_page_begins_with(
    alices: Client, long: Conversation
) -> None:
    key = long.messages.get(content="Text 30.").id
    address = f"/c/{long.id}/transcript/?from={key}"
    page = alices.get(address)
    assert texts(page.content) == list(range(30, 101))
    same = alices.get(address, {"from": key, "version": page.context["version"]})
    assert (same.status_code, same.content) == (204, b"")


@pytest.mark.parametrize("query", ["", "?before=gone", "?before=019a0000-0000-7000-8000-000000000000"])
def test_a_part_of_nothing_is_not_there(alices: Client, long: Conversation, query: str) -> None:
    assert alices.get(f"/c/{long.id}/part/{query}").status_code == 404


def test_a_part_reads_only_what_it_shows(
    alices: Client, long: Conversation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key = long.messages.get(content="Text 60.").id
    # Session, user, what the user chose, conversation, tree, checkpoints, messages of the part, their files.
    with django_assert_num_queries(8):
        page = alices.get(f"/c/{long.id}/part/?before={key}").content
    assert len(texts(page)) == SHOWN


def test_hidden_messages_and_what_stands_below_them_are_not_shown(alices: Client, long: Conversation) -> None:
    long.messages.filter(content="Text 50.").update(deleted=long.created)
    page = alices.get(f"/c/{long.id}/").content
    assert texts(page)[-1] == 49
