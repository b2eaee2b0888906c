"""The box: Enter, Shift+Enter, input methods, Esc, drafts, and a question that cannot be asked now."""

import re

from browser.chat_page import ChatPage, script
from browser.fixtures import NewPage, StartSite, sign_in
from playwright.sync_api import expect

LONG = script(tokens=100, delay=0.05)


def test_shift_enter_breaks_the_line_and_enter_asks(chat: ChatPage) -> None:
    chat.box.press_sequentially("one")
    chat.box.press("Shift+Enter")
    chat.box.press_sequentially("two")
    expect(chat.box).to_have_value("one\ntwo")
    chat.box.press("Enter")
    expect(chat.page.locator(".question")).to_have_text("one\ntwo")
    expect(chat.box).to_have_value("")
    chat.has("complete")


def test_an_enter_that_belongs_to_an_input_method_does_not_ask(chat: ChatPage) -> None:
    chat.box.fill("你好")
    chat.box.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(chat.box).to_have_value("你好")
    assert chat.page.locator(".message").count() == 0


def test_a_word_that_is_being_composed_is_not_asked(chat: ChatPage) -> None:
    """As Chinese and Japanese are typed: the browser's own events, not made ones."""
    keyboard = chat.page.context.new_cdp_session(chat.page)
    chat.box.focus()
    keyboard.send("Input.imeSetComposition", {"text": "nihao", "selectionStart": 5, "selectionEnd": 5})
    expect(chat.box).to_have_value("nihao")
    keyboard.send(
        "Input.dispatchKeyEvent",
        {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229},
    )
    keyboard.send("Input.insertText", {"text": "你好"})
    expect(chat.box).to_have_value("你好")
    assert chat.page.locator(".message").count() == 0
    chat.box.press("Enter")
    expect(chat.page.locator(".question")).to_have_text("你好")


def test_the_box_grows_with_its_text_and_leaves_room_for_the_conversation(chat: ChatPage) -> None:
    def height() -> float:
        box = chat.box.bounding_box()
        assert box is not None
        return box["height"]

    one = height()
    chat.box.fill("a line\n" * 3)
    four = height()
    chat.box.fill("a line\n" * 500)
    assert one < four < height() < 0.5 * chat.page.evaluate("innerHeight")
    chat.box.fill("")
    assert height() == one


def test_a_picked_model_is_asked_and_picked_again_next_time(start_site: StartSite, new_page: NewPage) -> None:
    chat = sign_in(new_page(start_site(CHAT_MODELS="first,second").url))
    model = chat.page.get_by_label("Model")
    model.select_option("second")
    chat.ask(script(text="Yes."))
    chat.has("complete")
    assert chat.saved()["model"] == "second"
    chat.open("/").ready()
    expect(model).to_have_value("second")


def test_escape_stops_the_reply(chat: ChatPage) -> None:
    chat.ask(LONG)
    chat.sees("word3")
    chat.page.keyboard.press("Escape")
    chat.has("stopped")


def test_a_stop_before_the_first_token_is_a_stop(chat: ChatPage) -> None:
    chat.ask(script(first_delay=30))
    expect(chat.reply).to_contain_text("Waiting for the model…")
    chat.stop()
    assert chat.saved()["content"] == ""


def test_a_draft_is_there_again_after_a_reload(chat: ChatPage) -> None:
    chat.box.fill("half a thou")
    chat.page.reload()
    expect(chat.box).to_have_value("half a thou")


def test_each_conversation_has_a_draft_of_its_own(chat: ChatPage) -> None:
    chat.ask(script(text="Yes."))
    chat.has("complete")
    here = f"/c/{chat.conversation}/"
    chat.box.fill("for this one")
    chat.open("/").ready().box.fill("for a new one")
    expect(chat.open(here).box).to_have_value("for this one")
    expect(chat.open("/").box).to_have_value("for a new one")


def test_a_starting_question_asks_itself(chat: ChatPage) -> None:
    chat.page.locator("[data-starter]").first.click()
    expect(chat.page.locator(".question")).to_contain_text("DNS")
    chat.has("complete")


def test_a_failure_of_the_provider_is_told_and_what_arrived_is_kept(chat: ChatPage) -> None:
    chat.ask(script(fail="cut", after=3))
    chat.has("failed")
    expect(chat.reply.locator("[data-note]")).to_contain_text("broke the answer off")
    assert chat.text == chat.saved()["content"].strip() != ""


def test_a_refused_question_goes_back_into_the_box_with_the_reason(
    start_site: StartSite, new_page: NewPage
) -> None:
    chat = sign_in(new_page(start_site(CHAT_MAX_STREAMS_PER_USER="1").url))
    chat.ask(LONG)
    chat.sees("word2")
    chat.open("/").ready().ask("one too many")
    expect(chat.page.get_by_role("alert")).to_be_visible()
    expect(chat.box).to_have_value("one too many")
    assert chat.page.locator(".message").count() == 0


def test_a_signed_out_tab_says_so_with_the_way_back_and_keeps_the_question(chat: ChatPage) -> None:
    chat.page.context.clear_cookies(name="sessionid")
    chat.ask("Who am I?")
    link = chat.page.get_by_role("link", name="Sign in again")
    expect(link).to_be_visible()
    expect(chat.page.get_by_role("alert")).to_contain_text("You are signed out.")
    expect(chat.box).to_have_value("Who am I?")


def test_a_question_that_is_too_long_is_refused_whole(start_site: StartSite, new_page: NewPage) -> None:
    chat = sign_in(new_page(start_site(CHAT_MAX_MESSAGE_CHARS="10").url))
    chat.ask("more than ten characters")
    expect(chat.page.get_by_role("alert")).to_be_visible()
    expect(chat.box).to_have_value("more than ten characters")


def test_reasoning_folds_away(chat: ChatPage) -> None:
    chat.ask(script(reasoning="I think of many things.", tokens=5))
    chat.has("complete")
    thinking = chat.reply.locator(".reasoning-text")
    expect(thinking).to_be_hidden()
    chat.reply.get_by_text("Reasoning").click()
    expect(thinking).to_have_text("I think of many things.")


def test_the_fold_over_the_reasoning_says_how_long_it_took(chat: ChatPage) -> None:
    chat.ask(script(reasoning="I think. " * 24, tokens=5, delay=0.1))
    expect(chat.reply.locator(".reasoning-label")).to_have_text(re.compile(r"^Thinking… \d s$"))
    chat.has("complete")
    expect(chat.reply.locator(".reasoning-label")).to_have_text(re.compile(r"^Thought for \d+ s$"))


def test_markdown_is_the_same_while_it_streams_and_when_it_is_loaded(chat: ChatPage) -> None:
    text = (
        "# Head\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n1. one\n   - in\n\n```python\nx = '汉'\n```\n\n"
        "End[^1] and [link].\n\n[^1]: Note.\n\n[link]: https://example.org\n"
    )
    chat.ask(script(text=text, tokens=60, delay=0.01))
    chat.has("complete")
    streamed = chat.text
    for tag in ("h1", "table", "ol ul", "figure code", "a[href='https://example.org']"):
        assert chat.reply.locator(f".prose {tag}").count() == 1, tag
    chat.page.reload()
    assert chat.text == streamed
