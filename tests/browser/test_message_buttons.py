"""The buttons below a message: copy, ask again, rate, delete and undo; by keyboard, and none that is dead."""

import re

from browser.chat_page import ChatPage, script
from browser.fixtures import NewPage, StartSite, sign_in
from playwright.sync_api import expect


def _asked(chat: ChatPage, text: str = "One *fine* reply.\n\nIn two parts.") -> None:
    chat.ask(script(text=text))
    chat.has("complete")


def _more(chat: ChatPage, action: str) -> None:
    chat.reply.get_by_role("button", name="More").click()
    chat.page.locator("#message-menu").get_by_role("button", name=action, exact=True).click()


def test_a_reply_is_copied_as_markdown_or_as_plain_words(chat: ChatPage) -> None:
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    _asked(chat)
    chat.reply.get_by_role("button", name="Copy", exact=True).click()
    expect(chat.page.get_by_text("Copied")).to_be_visible()
    assert chat.page.evaluate("navigator.clipboard.readText()") == "One *fine* reply.\n\nIn two parts."
    _more(chat, "Copy as text")
    chat.page.wait_for_function(
        "navigator.clipboard.readText().then(text => text === 'One fine reply.\\n\\nIn two parts.')"
    )


def test_a_rating_is_kept_with_its_comment_and_can_be_taken_back(chat: ChatPage) -> None:
    _asked(chat)
    bad = chat.reply.get_by_role("button", name="Bad reply")
    bad.click()
    area = chat.reply.get_by_label("What was wrong with it?")
    expect(area).to_be_focused()
    area.fill("It is not true.")
    chat.reply.get_by_role("button", name="Save").click()
    expect(bad).to_be_focused()
    assert chat.saved()["feedback"] == {"rating": -1, "comment": "It is not true."}
    chat.page.reload()
    expect(bad).to_have_attribute("aria-pressed", "true")
    expect(chat.reply.locator("[data-comment]")).to_have_text("It is not true.")
    chat.ready()
    bad.click()
    expect(bad).to_have_attribute("aria-pressed", "false")
    expect(chat.reply.locator("[data-comment]")).to_be_hidden()
    chat.page.reload()
    expect(bad).to_have_attribute("aria-pressed", "false")
    assert chat.saved()["feedback"] is None


def test_a_good_rating_asks_without_taking_the_cursor(chat: ChatPage) -> None:
    _asked(chat)
    good = chat.reply.get_by_role("button", name="Good reply")
    good.click()
    expect(chat.reply.get_by_label("What was good about it?")).to_be_visible()
    expect(good).to_be_focused()
    chat.reply.get_by_role("button", name="Not now").click()
    expect(chat.reply.locator("form.comment")).to_have_count(0)
    assert chat.saved()["feedback"] == {"rating": 1, "comment": None}


def test_a_deleted_message_takes_what_is_below_it_along_and_undo_brings_all_back(chat: ChatPage) -> None:
    _asked(chat, "The first.")
    _asked(chat, "The second.")
    expect(chat.page.locator(".message")).to_have_count(4)
    first = chat.page.locator(".message.assistant").first
    first.get_by_role("button", name="More").click()
    chat.page.locator("#message-menu").get_by_role("button", name="Delete").click()
    expect(chat.page.locator(".toast")).to_contain_text("3 messages were deleted.")
    expect(chat.page.locator(".message")).to_have_count(1)
    expect(chat.page.locator(".message.user")).to_be_focused()
    chat.page.get_by_role("button", name="Undo").click()
    expect(chat.page.locator(".message")).to_have_count(4)
    expect(first).to_be_focused()
    chat.page.reload()
    expect(chat.page.locator(".message")).to_have_count(4)
    assert chat.text == "The second."


def test_a_question_whose_reply_was_deleted_is_answered_again(chat: ChatPage) -> None:
    _asked(chat)
    _more(chat, "Delete")
    expect(chat.page.locator(".message")).to_have_count(1)
    chat.press("Answer")
    chat.has("complete")
    expect(chat.page.locator(".message")).to_have_count(2)


def test_undo_waits_while_it_is_pointed_at_or_has_the_focus(chat: ChatPage) -> None:
    chat.page.clock.install()
    _asked(chat)
    _more(chat, "Delete")
    undo = chat.page.get_by_role("button", name="Undo")
    undo.focus()
    chat.page.clock.run_for(30_000)
    expect(undo).to_be_visible()
    chat.box.focus()
    chat.page.clock.run_for(9_000)
    expect(undo).to_be_visible()
    chat.page.clock.run_for(2_000)
    expect(undo).to_have_count(0)


def test_the_menu_of_a_message_works_by_keyboard_and_stays_in_the_window(chat: ChatPage) -> None:
    chat.page.set_viewport_size({"width": 390, "height": 600})
    _asked(chat)
    more = chat.reply.get_by_role("button", name="More")
    more.press("Enter")
    menu = chat.page.locator("#message-menu")
    expect(menu.get_by_role("button", name="Copy as text")).to_be_focused()
    chat.page.keyboard.press("ArrowUp")
    expect(menu.get_by_role("button", name="Delete")).to_be_focused()
    box = menu.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 600
    chat.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(more).to_be_focused()


def test_another_model_answers_again(start_site: StartSite, new_page: NewPage) -> None:
    chat = sign_in(new_page(start_site(CHAT_MODELS="one,two").url))
    _asked(chat)
    first = chat.reply.get_attribute("data-id") or ""
    _more(chat, "two")
    expect(chat.reply).not_to_have_attribute("data-id", first)
    chat.has("complete")
    assert chat.saved()["model"] == "two"
    expect(chat.reply.locator(".facts")).to_contain_text("two")


def test_what_never_became_a_reply_is_tried_again(chat: ChatPage) -> None:
    chat.ask(script(fail="status"))
    chat.has("failed")
    expect(chat.reply.locator("[data-note]")).to_have_text(re.compile("^The model’s provider failed: "))
    first = chat.reply.get_attribute("data-id") or ""
    chat.reply.get_by_role("button", name="Try again").click()
    expect(chat.reply).not_to_have_attribute("data-id", first)


def test_model_time_and_tokens_of_a_reply_are_told(chat: ChatPage) -> None:
    _asked(chat)
    facts = chat.reply.locator(".facts")
    expect(facts.locator("summary")).to_contain_text("first word after")
    facts.locator("summary").press("Enter")
    expect(facts.locator("dl")).to_contain_text("Total time")


def test_without_a_script_no_button_stands_there_dead(chat: ChatPage) -> None:
    _asked(chat)
    context = chat.page.context.browser.new_context(  # type: ignore[union-attr]
        java_script_enabled=False, storage_state=chat.page.context.storage_state()
    )
    page = context.new_page()
    page.goto(chat.page.url)
    expect(page.locator(".prose")).to_contain_text("fine")
    expect(page.locator("[data-do]:visible")).to_have_count(0)
    context.close()


def test_a_menu_that_is_open_while_its_message_is_renewed_still_knows_it(chat: ChatPage) -> None:
    _asked(chat)
    question = chat.page.locator(".message.user")
    question.hover()
    question.get_by_role("button", name="More").click()
    # As a newer rendering does: the button that opened the menu is not on the page any more.
    question.locator(".message-foot").evaluate("foot => foot.replaceWith(foot.cloneNode(true))")
    chat.page.locator("#message-menu").get_by_role("button", name="Delete", exact=True).click()
    expect(chat.page.get_by_role("heading", name="What would you like to know?")).to_be_visible()
