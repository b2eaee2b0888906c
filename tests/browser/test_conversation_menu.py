"""The line above a conversation: its name in place, its menu by keyboard, and what is unusual about it."""

from pathlib import Path

import pytest
from browser.chat_page import ChatPage, script
from playwright.sync_api import Locator, expect


def _asked(chat: ChatPage, title: str) -> None:
    chat.ask(script(text="Yes.", title=title))
    chat.has("complete")
    expect(chat.page.locator("#title")).to_have_text(title)


def _menu_button(chat: ChatPage) -> Locator:
    return chat.page.get_by_role("button", name="What to do with this conversation")


def test_a_new_chat_gets_its_menu_once_it_is_a_conversation(chat: ChatPage) -> None:
    _asked(chat, "Begun")
    _menu_button(chat).click()
    expect(chat.page.locator("#conversation-menu").get_by_role("button", name="Rename")).to_be_visible()


def test_the_title_is_renamed_in_place(chat: ChatPage) -> None:
    _asked(chat, "Before it")
    _menu_button(chat).click()
    chat.page.locator("#conversation-menu").get_by_role("button", name="Rename").click()
    field = chat.page.get_by_role("textbox", name="Title")
    expect(field).to_be_focused()
    field.fill("Not this")
    field.press("Escape")
    expect(chat.page.locator("#title")).to_have_text("Before it")
    _menu_button(chat).click()
    chat.page.locator("#conversation-menu").get_by_role("button", name="Rename").click()
    field.fill("After it")
    field.press("Enter")
    expect(chat.page.locator("#title")).to_have_text("After it")
    expect(chat.page.locator(".sidebar [aria-current]")).to_have_text("After it")
    expect(_menu_button(chat)).to_be_focused()


def test_the_menu_works_by_keyboard_and_gives_the_focus_back(chat: ChatPage) -> None:
    _asked(chat, "By keyboard")
    menu = chat.page.locator("#conversation-menu")
    _menu_button(chat).press("Enter")
    expect(menu.locator("a, button").first).to_be_focused()
    chat.page.keyboard.press("ArrowUp")
    expect(menu.get_by_role("button").last).to_be_focused()
    chat.page.keyboard.press("ArrowDown")
    expect(menu.locator("a, button").first).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(_menu_button(chat)).to_be_focused()


def test_pinning_and_archiving_stay_on_the_page(chat: ChatPage) -> None:
    _asked(chat, "Kept")
    for action in ("Pin", "Archive"):
        _menu_button(chat).click()
        chat.page.locator("#conversation-menu").get_by_role("button", name=action, exact=True).click()
        expect(_menu_button(chat)).to_be_focused()
    expect(chat.page.locator(".talk-top .badge")).to_have_text("Archived")
    _menu_button(chat).click()
    expect(chat.page.locator("#conversation-menu").get_by_role("button", name="Unpin")).to_be_visible()
    expect(chat.page.locator(".message.assistant")).to_be_visible()


def test_escape_closes_the_menu_and_stops_no_reply(chat: ChatPage) -> None:
    chat.ask(script(tokens=60, delay=0.05))
    chat.sees("word2")
    _menu_button(chat).click()
    chat.page.keyboard.press("Escape")
    expect(chat.page.locator("#conversation-menu")).to_be_hidden()
    expect(chat.reply).to_have_attribute("data-status", "streaming")
    chat.page.keyboard.press("Escape")
    chat.has("stopped")


def test_on_a_phone_the_menu_stays_within_the_window(chat: ChatPage) -> None:
    chat.page.set_viewport_size({"width": 390, "height": 844})
    _asked(chat, "A long title that does not fit beside the buttons of a phone")
    _menu_button(chat).click()
    box = chat.page.locator("#conversation-menu").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


@pytest.mark.parametrize(("name", "ending"), [("Save as Markdown", "md"), ("Save as JSON", "json")])
def test_a_conversation_is_taken_out_as_a_document(chat: ChatPage, name: str, ending: str) -> None:
    _asked(chat, "Taken out")
    _menu_button(chat).click()
    with chat.page.expect_download() as download:
        chat.page.locator("#conversation-menu").get_by_role("link", name=name).click()
    assert download.value.suggested_filename.endswith(f".{ending}")
    assert "Yes." in Path(download.value.path()).read_text()
