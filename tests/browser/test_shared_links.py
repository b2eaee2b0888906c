"""A link is made in a dialog, and read by somebody without an account and without scripts."""

from browser.chat_page import ChatPage, script
from playwright.sync_api import Browser, Locator, expect


def open_sharing(chat: ChatPage) -> Locator:
    chat.page.get_by_role("button", name="What to do with this conversation").click()
    chat.page.get_by_role("link", name="Share a link").click()
    return chat.page.get_by_role("dialog", name="Share a link")


def make_link(chat: ChatPage) -> str:
    dialog = open_sharing(chat)
    expect(dialog.get_by_label("7 days")).to_be_checked()  # it ends by itself
    dialog.get_by_role("button", name="Make a link").click()
    field = dialog.get_by_label("Your link.")
    expect(field).to_be_focused()
    return field.input_value()


def test_a_link_is_made_read_without_scripts_and_taken_back(chat: ChatPage, chromium: Browser) -> None:
    chat.ask(script(pieces=["Up **and** down."]))
    chat.has("complete")
    link = make_link(chat)
    stranger = chromium.new_context(java_script_enabled=False)
    try:
        page = stranger.new_page()
        page.goto(link)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator(".prose strong")).to_have_text("and")
        assert stranger.cookies() == []
        # What is asked later is not in it: it shows the branch as it was.
        chat.page.keyboard.press("Escape")
        chat.ask(script(text="Asked later."))
        chat.sees("Asked later.")
        page.reload()
        expect(page.locator(".message.assistant")).to_have_count(1)
        open_sharing(chat)
        chat.page.get_by_role("dialog").get_by_role("button", name="Take back").click()
        expect(chat.page.get_by_role("dialog").get_by_text("Taken back")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    finally:
        stranger.close()


def test_the_dialog_closes_back_to_its_button(chat: ChatPage) -> None:
    chat.ask(script(pieces=["Yes."]))
    chat.has("complete")
    make_link(chat)
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_role("dialog")).to_have_count(0)
    expect(chat.page.get_by_role("button", name="What to do with this conversation")).to_be_focused()


def test_a_link_that_was_just_made_is_offered_until_it_is_taken_back(chat: ChatPage) -> None:
    chat.ask(script(pieces=["Yes."]))
    chat.has("complete")
    make_link(chat)
    chat.page.keyboard.press("Escape")
    make_link(chat)
    dialog = chat.page.get_by_role("dialog")
    taken, offered = dialog.get_by_text("Taken back"), dialog.get_by_label("Your link.")
    dialog.get_by_role("button", name="Take back").last.click()  # the one made before
    expect(taken).to_have_count(1)
    expect(offered).to_be_visible()
    dialog.get_by_role("button", name="Take back").click()
    expect(taken).to_have_count(2)
    expect(offered).to_have_count(0)
