"""The list: grouped by date, loaded as one scrolls, with a mark on what is being answered, and undo."""

import re

from browser.chat_page import ChatPage, script
from browser.fixtures import NewPage, StartSite, sign_in
from playwright.sync_api import Locator, expect
from process.harness.processes import manage

MAKE_MANY = """
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from chat.models import Conversation
alice = User.objects.get(username="alice")
for number in range(100):
    moment = timezone.now() - timedelta(days=number // 40 * 400, minutes=number)
    Conversation.objects.create(owner=alice, title=f"number {number}", updated=moment, pinned=number == 99)
"""
MAKE_ONE = """
from django.contrib.auth.models import User
from chat.models import Conversation
Conversation.objects.all().delete()
Conversation.objects.create(owner=User.objects.get(username="alice"), title="the only one")
"""
MAKE_THREE = """
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from chat.models import Conversation
alice = User.objects.get(username="alice")
Conversation.objects.all().delete()
for title, days in (("first", 0), ("second", 0), ("old", 40)):
    moment = timezone.now() - timedelta(days=days, seconds=len(title))
    Conversation.objects.create(owner=alice, title=title, updated=moment)
"""


def item_of(chat: ChatPage, title: str) -> Locator:
    return chat.page.locator(".conversation").filter(has_text=title)


def change(chat: ChatPage, title: str, action: str) -> None:
    """By the item's own menu."""
    item = item_of(chat, title)
    item.hover()
    item.locator("summary").click()
    item.get_by_role("button", name=action, exact=True).click()


def with_conversations(make: str, start_site: StartSite, new_page: NewPage) -> ChatPage:
    """The page of a site where these were made."""
    site = start_site()
    manage(site.settings, "shell", "-v", "0", "-c", make)
    return sign_in(new_page(site.url))


def listed(chat: ChatPage) -> Locator:
    """The headings and the titles, from the top."""
    return chat.page.locator("#conversations :is(h2, .conversation-title)")


def test_a_long_list_comes_as_one_scrolls_with_each_heading_once(
    start_site: StartSite, new_page: NewPage
) -> None:
    chat = with_conversations(MAKE_MANY, start_site, new_page)
    titles, headings = chat.page.locator(".conversation-title"), chat.page.locator("#conversations h2")
    assert titles.first.text_content() == "number 99"
    assert titles.count() < 100
    while titles.count() < 100:
        shown = titles.count()
        chat.page.locator(".more").scroll_into_view_if_needed()
        expect(titles).not_to_have_count(shown)
    assert len(set(titles.all_text_contents())) == 100
    names = headings.all_text_contents()
    assert names[0] == "Pinned"
    assert len(names) == len(set(names)) >= 4
    # What is asked again goes to the top of its group, and nothing else moves.
    at = chat.page.evaluate("document.querySelector('.conversations').scrollTop")
    chat.ask(script(text="Yes.", title="Newest"))
    chat.has("complete")
    expect(titles.nth(1)).to_have_text("Newest")
    assert titles.count() == 101
    assert chat.page.evaluate("document.querySelector('.conversations').scrollTop") >= at


def test_what_is_being_answered_has_a_mark_until_it_ends(chat: ChatPage, new_page: NewPage) -> None:
    chat.ask(script(tokens=100, delay=0.05))
    chat.sees("word3")
    other = new_page(chat.url).open("/").ready()
    mark = other.page.locator(f'[data-conversation="{chat.conversation}"] .runs')
    expect(mark).to_have_text("(It is being answered)")
    chat.stop()
    other.page.reload()
    other.ready()
    expect(mark).to_have_count(0)


def test_archiving_can_be_undone(chat: ChatPage) -> None:
    chat.ask(script(text="Yes.", title="Put away"))
    chat.has("complete")
    item = chat.page.locator(".conversation").filter(has_text="Put away")
    item.hover()
    item.locator("summary").click()
    item.get_by_role("button", name="Archive", exact=True).click()
    expect(item).to_have_count(0)
    chat.press("Undo")
    expect(item).to_have_count(1)


def test_a_pinned_one_goes_to_its_group_and_back(chat: ChatPage) -> None:
    chat.ask(script(text="Yes.", title="Important"))
    chat.has("complete")
    item = chat.page.locator(".conversation").filter(has_text="Important")
    for action, group in (("Pin", "pinned"), ("Unpin", "today")):
        item.hover()
        item.locator("summary").click()
        item.get_by_role("button", name=action, exact=True).click()
        expect(item).to_have_attribute("data-group", group)
        first = chat.page.locator(f'.group[data-group="{group}"] + .conversation')
        expect(first).to_contain_text("Important")
        expect(item.get_by_role("link").first).to_be_focused()
    expect(chat.page.locator('.group[data-group="pinned"]')).to_have_count(0)


def test_headings_stand_over_their_own_whatever_is_pinned_or_put_away(
    start_site: StartSite, new_page: NewPage
) -> None:
    chat = with_conversations(MAKE_THREE, start_site, new_page)
    expect(chat.page.locator(".conversation")).to_have_count(3)
    month = listed(chat).all_text_contents()[3]
    expect(listed(chat)).to_have_text(["Today", "first", "second", month, "old"])
    steps = [
        ("first", "Pin", ["Pinned", "first", "Today", "second", month, "old"]),
        ("second", "Pin", ["Pinned", "first", "second", month, "old"]),
        ("first", "Unpin", ["Pinned", "second", "Today", "first", month, "old"]),
        ("old", "Pin", ["Pinned", "second", "old", "Today", "first"]),
        ("first", "Archive", ["Pinned", "second", "old"]),
        ("old", "Unpin", ["Pinned", "second", month, "old"]),
        ("second", "Unpin", ["Today", "second", month, "old"]),
        ("second", "Archive", [month, "old"]),
        ("old", "Pin", ["Pinned", "old"]),
    ]
    for title, action, expected in steps:
        change(chat, title, action)
        expect(listed(chat)).to_have_text(expected)
    chat.page.reload()
    chat.ready()
    expect(listed(chat)).to_have_text(expected)


def test_a_shelf_says_that_it_is_empty_as_soon_as_its_last_one_goes(
    start_site: StartSite, new_page: NewPage
) -> None:
    chat = with_conversations(MAKE_ONE, start_site, new_page)
    only, rows = item_of(chat, "the only one"), chat.page.locator("#conversations > li")
    change(chat, "the only one", "Delete")
    expect(rows).to_have_text([re.compile("^Your conversations will be listed here.")])
    chat.press("Undo")
    expect(listed(chat)).to_have_text(["Today", "the only one"])
    expect(rows).to_have_count(2)
    change(chat, "the only one", "Archive")
    expect(rows).to_have_text([re.compile("^Your conversations will be listed here.")])
    chat.page.locator(".shelf").click()
    expect(only).to_be_visible()
    change(chat, "the only one", "Take out of the archive")
    expect(rows).to_have_text(["Nothing is archived."])
    chat.press("Undo")
    expect(only).to_be_visible()
    expect(rows).to_have_count(2)


def test_escape_closes_a_menu_or_a_renaming_and_not_the_list_on_a_phone(chat: ChatPage) -> None:
    chat.ask(script(text="Yes.", title="On a phone"))
    chat.has("complete")
    chat.page.set_viewport_size({"width": 375, "height": 700})
    chat.page.get_by_role("button", name="Conversations").click()
    item, sidebar = item_of(chat, "On a phone"), chat.page.locator("#sidebar")
    button = item.locator("summary")
    button.press("Enter")
    expect(item.locator(".menu-items")).to_be_visible()
    chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Escape")
    expect(item.locator(".menu-items")).to_be_hidden()
    expect(sidebar).to_be_visible()
    expect(button).to_be_focused()
    button.press("Enter")
    item.get_by_role("button", name="Rename").press("Enter")
    expect(chat.page.locator(".renaming input")).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(item).to_be_visible()
    expect(sidebar).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(sidebar).to_be_hidden()


def test_on_a_phone_undo_stands_before_the_open_list(chat: ChatPage) -> None:
    for title in ("Deleted by a slip", "Open"):
        chat.open("/").ready()
        chat.ask(script(text="Yes.", title=title))
        chat.has("complete")
    chat.page.set_viewport_size({"width": 375, "height": 700})
    chat.page.get_by_role("button", name="Conversations").click()
    item, sidebar = item_of(chat, "Deleted by a slip"), chat.page.locator("#sidebar")
    item.locator("summary").click()
    item.get_by_role("button", name="Delete").click()
    expect(item).to_have_count(0)
    expect(sidebar).to_be_visible()
    chat.page.get_by_role("button", name="Undo").click(timeout=3000)
    expect(item).to_have_count(1)
