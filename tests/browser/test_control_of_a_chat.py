"""Instructions of a conversation, temporary chats, and the keyboard."""

import re

from browser.chat_page import ChatPage, script
from playwright.sync_api import expect


def _open_menu(chat: ChatPage, action: str) -> None:
    chat.page.get_by_role("button", name="What to do with this conversation").click()
    chat.page.locator("#conversation-menu").get_by_text(action, exact=True).click()


def test_instructions_of_a_new_chat_make_it_and_the_draft_goes_along(chat: ChatPage) -> None:
    chat.box.fill("half a question")
    _open_menu(chat, "Instructions and parameters")
    dialog = chat.page.get_by_role("dialog")
    dialog.get_by_label("System prompt").fill("Be kind.")
    dialog.get_by_label("Temperature").fill("0.3")
    dialog.get_by_role("button", name="Save").click()
    expect(chat.page).to_have_url(re.compile("/c/"))
    chat.ready()
    expect(chat.box).to_have_value("half a question")
    expect(chat.page.locator(".talk-top .badge")).to_have_text("Own instructions")
    chat.ask(script(text="Yes."))
    chat.has("complete")
    found = chat.page.request.get(f"{chat.url}/api/v1/conversations/{chat.conversation}").json()
    assert (found["system_prompt"], found["params"]) == ("Be kind.", {"temperature": 0.3})
    _open_menu(chat, "Instructions and parameters")
    dialog.get_by_label("System prompt").fill("")
    dialog.get_by_label("Temperature").fill("")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(chat.page.locator(".talk-top .badge")).to_have_count(0)


def test_a_click_beside_the_instructions_closes_them_unless_something_was_typed(chat: ChatPage) -> None:
    dialog, beside = chat.page.get_by_role("dialog"), (5, 5)
    _open_menu(chat, "Instructions and parameters")
    expect(dialog).to_be_visible()
    chat.page.mouse.click(*beside)
    expect(dialog).to_be_hidden()
    _open_menu(chat, "Instructions and parameters")
    dialog.get_by_label("System prompt").fill("Be kind.")
    chat.page.mouse.click(*beside)
    expect(dialog.get_by_label("System prompt")).to_have_value("Be kind.")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Temperature").fill("9")
    dialog.locator("form").last.evaluate("(form) => { form.noValidate = true; }")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator(".form-error")).to_be_visible()
    chat.page.mouse.click(*beside)
    expect(dialog.get_by_label("System prompt")).to_have_value("Be kind.")
    chat.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_temporary_chat_says_who_reads_it_and_is_deleted_for_good(chat: ChatPage) -> None:
    button = chat.page.get_by_role("button", name="Temporary chat")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(chat.page.locator("#temporary-says")).to_contain_text("administrators can read it")
    chat.ask(script(text="Between us.", title="Whispers"))
    chat.has("complete")
    expect(chat.page.locator(".not-kept")).to_contain_text("deleted 24 hours after the last message")
    expect(chat.page.locator(".conversation").filter(has_text="Whispers")).to_have_count(0)
    chat.ask(script(text="Still here."))
    chat.sees("Still here.")
    expect(chat.page.locator("#trouble")).to_be_hidden()
    address = chat.page.url
    _open_menu(chat, "Delete now")
    chat.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(chat.page).to_have_url(f"{chat.url}/")
    assert chat.page.request.get(address).status == 404


def test_shortcuts_are_listed_on_a_question_mark_and_not_while_one_types(chat: ChatPage) -> None:
    chat.box.press("?")
    expect(chat.box).to_have_value("?")
    expect(chat.page.locator("#shortcuts")).to_be_hidden()
    chat.box.fill("")
    chat.page.locator("#main").focus()
    chat.page.keyboard.press("?")
    expect(chat.page.locator("#shortcuts")).to_contain_text("Stop the reply")
    chat.page.keyboard.press("Escape")
    expect(chat.page.locator("#shortcuts")).to_be_hidden()


def test_the_shortcuts_have_a_button_on_every_page(chat: ChatPage) -> None:
    for path in ("/", "/settings/", "/import/"):
        chat.open(path)
        button = chat.page.get_by_role("button", name="Keyboard shortcuts")
        button.click()
        expect(chat.page.locator("#shortcuts")).to_contain_text("Show or hide the list")
        chat.page.keyboard.press("Escape")
        expect(button).to_be_focused()
    expect(chat.page.locator("#shortcuts")).not_to_contain_text("Stop the reply")


def test_a_conversation_without_messages_begins_anew(chat: ChatPage) -> None:
    chat.ask(script(text="Gone soon.", title="Empty"))
    chat.has("complete")
    expect(chat.page.locator("#empty")).to_be_hidden()
    question = chat.page.locator(".message.user")
    question.hover()
    question.get_by_role("button", name="More").click()
    chat.page.locator("#message-menu").get_by_role("button", name="Delete").click()
    expect(chat.page.get_by_role("heading", name="What would you like to know?")).to_be_visible()
    expect(chat.page.get_by_role("button", name="Temporary chat")).to_have_count(0)
    chat.page.get_by_role("button", name="Undo").click()
    expect(chat.page.locator("#empty")).to_be_hidden()
    chat.sees("Gone soon.")


def test_the_keyboard_searches_moves_and_stops(chat: ChatPage) -> None:
    chat.ask(script(text="One."))
    chat.has("complete")
    chat.page.keyboard.press("Control+k")
    expect(chat.page.get_by_role("searchbox")).to_be_focused()
    chat.page.keyboard.press("Shift+Escape")
    expect(chat.box).to_be_focused()
    chat.page.keyboard.press("Alt+ArrowUp")
    expect(chat.reply).to_be_focused()
    chat.page.keyboard.press("Alt+ArrowUp")
    expect(chat.page.locator(".message.user")).to_be_focused()
    chat.page.keyboard.press("Control+b")
    expect(chat.page.locator("#sidebar")).to_be_hidden()
    chat.page.keyboard.press("Control+b")
    expect(chat.page.locator("#sidebar")).to_be_visible()
    chat.ask(script(tokens=60, delay=0.05))
    chat.sees("word2")
    chat.page.keyboard.press("Escape")
    chat.has("stopped")
