"""An edited question that is not accepted is in its box again, as it was written, until asked or given up."""

from browser.chat_page import ChatPage, script
from browser.fixtures import NewPage, StartSite, sign_in
from playwright.sync_api import FilePayload, Locator, expect

CHAT = "**/api/v1/chat*"
NOT_SENT = "Not sent yet: the server cannot be reached."
EDITED = script(text="New answer.")


def area(chat: ChatPage) -> Locator:
    return chat.page.locator("form.edit textarea")


def answered(chat: ChatPage) -> ChatPage:
    chat.ask(script(text="Old answer."))
    chat.has("complete")
    return chat


def edits(chat: ChatPage, text: str) -> None:
    chat.page.locator(".message.user").last.hover()
    chat.press("Edit the question")
    area(chat).fill(text)
    area(chat).press("Enter")


def is_back(chat: ChatPage, text: str) -> None:
    expect(area(chat)).to_have_value(text)
    expect(area(chat)).to_be_focused()
    expect(chat.box).to_have_value("")
    chat.sees("Old answer.")
    expect(chat.page.locator(".message")).to_have_count(2)


def test_what_is_taken_back_is_in_the_box_that_it_came_from(chat: ChatPage) -> None:
    answered(chat).page.route(CHAT, lambda route: route.abort("internetdisconnected"))
    edits(chat, EDITED)
    expect(chat.page.get_by_text(NOT_SENT)).to_be_visible()
    chat.press("Take back")
    is_back(chat, EDITED)
    chat.page.unroute(CHAT)
    area(chat).press("Enter")
    chat.sees("New answer.")
    chat.has("complete")
    chat.page.reload()
    chat.ready().sees("New answer.")
    expect(area(chat)).to_have_count(0)


def test_signing_in_again_brings_back_what_was_written(chat: ChatPage) -> None:
    answered(chat).page.context.clear_cookies(name="sessionid")
    edits(chat, EDITED)
    expect(chat.page.get_by_role("alert")).to_contain_text("You are signed out.")
    is_back(chat, EDITED)
    area(chat).press("End")
    area(chat).press_sequentially(" And more.")
    path = f"/c/{chat.conversation}/"
    sign_in(chat).open(path).ready()
    is_back(chat, f"{EDITED} And more.")
    area(chat).press("Escape")
    expect(area(chat)).to_have_count(0)
    chat.page.reload()
    chat.ready().sees("Old answer.")
    expect(area(chat)).to_have_count(0)


def test_what_is_too_long_can_be_shortened(start_site: StartSite, new_page: NewPage) -> None:
    chat = answered(sign_in(new_page(start_site(CHAT_MAX_MESSAGE_CHARS="100").url)))
    edits(chat, "far too long " * 10)
    expect(chat.page.get_by_role("alert")).to_contain_text("Shorten it")
    is_back(chat, "far too long " * 10)
    area(chat).fill(EDITED)
    area(chat).press("Enter")
    chat.sees("New answer.")
    expect(chat.page.get_by_role("alert")).to_be_hidden()


def test_an_edit_that_is_too_old_is_in_its_box(chat: ChatPage) -> None:
    answered(chat).page.route(CHAT, lambda route: route.abort("internetdisconnected"))
    edits(chat, EDITED)
    expect(chat.page.get_by_text(NOT_SENT)).to_be_visible()
    chat.age_unsent()
    chat.page.reload()
    is_back(chat.ready(), EDITED)


def test_files_are_as_they_were_chosen(chat: ChatPage) -> None:
    files = chat.page.locator(".message.user [data-attachment]:not([hidden])")
    chat.page.locator("#files").set_input_files(
        [FilePayload(name=name, mimeType="text/plain", buffer=b"Text.") for name in ("one.txt", "two.txt")]
    )
    expect(chat.page.locator(".chip progress:visible")).to_have_count(0)
    expect(chat.page.locator(".chip")).to_have_count(2)
    answered(chat).page.route(CHAT, lambda route: route.abort("internetdisconnected"))
    chat.page.locator(".message.user").hover()
    chat.press("Edit the question")
    chat.page.get_by_role("button", name="Remove one.txt").click()
    area(chat).fill(EDITED)
    area(chat).press("Enter")
    chat.press("Take back")
    is_back(chat, EDITED)
    expect(files).to_have_count(1)
    chat.page.reload()
    is_back(chat.ready(), EDITED)
    expect(files).to_have_count(1)
    expect(files).to_contain_text("two.txt")
    area(chat).press("Escape")
    expect(files).to_have_count(2)


def test_where_its_message_is_not_shown_any_more_it_is_in_the_box(chat: ChatPage) -> None:
    answered(chat).page.route(CHAT, lambda route: route.abort("internetdisconnected"))
    edits(chat, EDITED)
    expect(chat.page.get_by_text(NOT_SENT)).to_be_visible()
    # As a newer rendering does, where it was deleted elsewhere.
    chat.page.evaluate(
        "() => { const shown = document.getElementById('transcript'); shown.replaceWith(shown.cloneNode()); }"
    )
    chat.page.route(CHAT, lambda route: route.fulfill(status=400, json={"error": {"message": "No."}}))
    expect(chat.box).to_have_value(EDITED, timeout=30_000)
    expect(area(chat)).to_have_count(0)


def test_before_the_question_before_is_sent_it_says_so_and_keeps_what_was_written(chat: ChatPage) -> None:
    answered(chat).page.route(CHAT, lambda route: route.abort("internetdisconnected"))
    chat.ask("Another one")
    expect(chat.page.get_by_text(NOT_SENT)).to_be_visible()
    chat.page.locator(".message.user").first.hover()
    chat.page.get_by_role("button", name="Edit the question").first.click()
    area(chat).fill(EDITED)
    area(chat).press("Enter")
    alert = chat.page.get_by_role("alert")
    expect(alert).to_have_text("What you asked before is not sent yet. Wait for it, or take it back.")
    expect(area(chat)).to_have_value(EDITED)
    chat.press("Take back")
    expect(alert).to_be_hidden()
    expect(chat.box).to_have_value("Another one")
    chat.page.unroute(CHAT)
    area(chat).press("Enter")
    chat.sees("New answer.")
