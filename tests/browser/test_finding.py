"""Finding what was said: while one types, in English and Chinese, opened at the message, the words marked."""

import re

from browser.chat_page import ChatPage, script
from browser.fixtures import NewPage, StartSite, sign_in
from playwright.sync_api import Locator, expect

MARKED = "[...CSS.highlights.get('found')].map(String)"


def hits(chat: ChatPage, words: str) -> Locator:
    """The replies that are found: the questions hold the script of the provider."""
    chat.page.get_by_role("searchbox").fill(words)
    return chat.page.locator("#conversations .hit").filter(has_text="· Reply")


def asked(chat: ChatPage, text: str, title: str) -> str:
    chat.ask(script(text=text, title=title))
    chat.has("complete")
    return chat.conversation


def test_a_word_opens_the_message_that_has_it(chat: ChatPage) -> None:
    conversation = asked(chat, "Larks are up early; owls are not.", "Birds of the field")
    chat.open("/").ready()
    found = hits(chat, "lark")
    expect(found).to_have_count(1)
    expect(found.locator("mark")).to_have_text("Larks")
    expect(chat.page.locator("#search-status")).to_have_text("2 results")
    found.get_by_role("link").click()
    expect(chat.page).to_have_url(re.compile(f"/c/{conversation}/.at="))
    chat.ready()
    assert chat.page.evaluate(MARKED) == ["Larks"]
    expect(chat.reply).to_be_focused()
    # What was found is still there, for the next place.
    expect(found.locator("[aria-current]")).to_have_count(1)


def test_one_and_two_chinese_characters_are_found_and_marked(chat: ChatPage) -> None:
    asked(chat, "今天北京的天气很好，适合骑行。", "骑行")
    for words in ("骑行", "骑", "北京的天气"):
        chat.open("/").ready()
        hits(chat, words).get_by_role("link").click()
        chat.ready()
        assert chat.page.evaluate(MARKED) == [words]


def test_a_reply_on_another_branch_is_shown_and_the_active_branch_stays(chat: ChatPage) -> None:
    asked(chat, "The walrus came first.", "Seals")
    first = chat.reply.get_attribute("data-id")
    chat.press("Answer again")
    expect(chat.reply).not_to_have_attribute("data-id", first or "")
    chat.has("complete")
    second = chat.reply.get_attribute("data-id")
    chat.open(f"/c/{chat.conversation}/?at={first}&q=walrus").ready()
    expect(chat.reply).to_have_attribute("data-id", first or "")
    chat.open(f"/c/{chat.conversation}/").ready()
    expect(chat.reply).to_have_attribute("data-id", second or "")
    # And what is asked there goes on there.
    chat.open(f"/c/{chat.conversation}/?at={first}").ready().ask(script(text="Below the first."))
    chat.has("complete")
    saved = chat.page.request.get(f"{chat.url}/api/v1/conversations/{chat.conversation}").json()
    parents = {message["id"]: message["parent"] for message in saved["messages"]}
    assert parents[parents[saved["active"]]] == first


def test_the_search_is_walked_through_by_keyboard(start_site: StartSite, new_page: NewPage) -> None:
    chat = sign_in(new_page(start_site().url))
    for number in range(3):
        chat.open("/").ready()
        asked(chat, f"Marmots, number {number}.", f"Hills {number}")
    chat.page.keyboard.press("Control+k")
    box = chat.page.get_by_role("searchbox")
    expect(box).to_be_focused()
    chat.page.keyboard.type("marmot")
    found = chat.page.locator(".hit")
    expect(found).to_have_count(6)  # the questions hold the script
    for key, number in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0)):
        chat.page.keyboard.press(key)
        expect(found.nth(number).get_by_role("link")).to_be_focused()
    chat.page.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(box).to_have_value("")
    expect(chat.page.locator(".conversation")).to_have_count(3)


def test_without_scripts_a_search_is_a_page(chat: ChatPage) -> None:
    asked(chat, "Otters hold hands.", "Rivers")
    browser = chat.page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, storage_state=chat.page.context.storage_state())
    page = context.new_page()
    page.goto(chat.url)
    page.get_by_role("searchbox").fill("otters")
    page.get_by_role("searchbox").press("Enter")
    link = page.locator("main .hit a").filter(has_text="· Reply")
    expect(link.locator("mark")).to_have_text("Otters")
    link.click()
    expect(page.locator(".message.assistant .prose")).to_contain_text("Otters hold hands.")
    context.close()
