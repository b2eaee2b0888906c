"""Leaving the page while a reply runs: what its user chose in the settings, and what coming back finds."""

import pytest
from browser.chat_page import ChatPage, odd_words, script
from browser.cut_line import CutLine
from browser.fixtures import NewContext, NewPage, StartSite, sign_in
from playwright.sync_api import expect
from process.harness.processes import Server
from process.harness.waiting import until_true

WORDS = odd_words(120)
WHOLE = "".join(WORDS).strip()
QUESTION = script(pieces=WORDS, delay=0.05)
LEFT = "The connection was lost while the page was closed; this is what had arrived."


@pytest.fixture(scope="module")
def site(start_site: StartSite) -> Server:
    """A server of our own: choices stay with their user."""
    return start_site()


def choose(chat: ChatPage, leaving: str) -> None:
    page = chat.open("/settings/chat/").page
    page.get_by_label(leaving).check()
    page.locator("[aria-labelledby=leaving]").get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="saved")).to_be_visible()
    chat.open("/").ready()


def test_who_wants_replies_stopped_finds_what_had_arrived(chat: ChatPage, new_page: NewPage) -> None:
    choose(chat, "Stop it")
    chat.ask(script(pieces=WORDS * 10, delay=0.05))
    chat.sees(WORDS[10].strip())
    later = new_page(chat.url).open("/settings/")  # the same browser, which follows nothing of it
    address = f"/c/{chat.conversation}/"
    reply = chat.reply.get_attribute("data-id")
    chat.page.close()
    read = later.page.request
    until_true(
        lambda: read.get(f"{chat.url}/api/v1/messages/{reply}").json()["status"] == "interrupted",
        20,
        "the end of a reply that nobody follows",
    )
    later.open(address).has("interrupted")
    expect(later.reply.locator("[data-note]")).to_have_text(LEFT)
    assert ("".join(WORDS * 10)).startswith(later.text)
    assert later.text == later.saved()["content"].strip() != ""


def test_who_wants_replies_finished_finds_them_whole(chat: ChatPage, new_page: NewPage) -> None:
    choose(chat, "Finish it")
    chat.ask(QUESTION)
    chat.sees(WORDS[10].strip())
    later = new_page(chat.url).open("/settings/")
    address = f"/c/{chat.conversation}/"
    chat.page.close()
    later.open(address).has("complete")
    assert later.text == WHOLE


def test_going_away_and_back_by_the_browsers_history_goes_on(chat: ChatPage) -> None:
    chat.ask(QUESTION)
    chat.sees(WORDS[10].strip())
    chat.page.goto(f"{chat.url}/settings/")
    chat.page.go_back()
    chat.sees(WORDS[30].strip())
    chat.has("complete")
    assert chat.text == chat.saved()["content"].strip() == WHOLE


def test_a_page_that_the_browser_kept_as_it_was_goes_on(chat: ChatPage) -> None:
    """As browsers do that keep pages which one leaves: hidden, and shown again without being loaded."""
    chat.ask(QUESTION)
    chat.sees(WORDS[10].strip())
    for event in ("pagehide", "pageshow"):
        chat.page.evaluate(f"dispatchEvent(new PageTransitionEvent('{event}', {{ persisted: true }}))")
    chat.has("complete")
    assert chat.text == chat.saved()["content"].strip() == WHOLE


def test_a_phone_that_froze_the_page_goes_on_at_the_exact_character(line: CutLine, new_page: NewPage) -> None:
    chat = sign_in(new_page(line.url))
    chat.ask(QUESTION)
    chat.sees(WORDS[10].strip())
    browser = chat.page.context.new_cdp_session(chat.page)
    browser.send("Page.setWebLifecycleState", {"state": "frozen"})
    line.cut()
    line.mend()
    browser.send("Page.setWebLifecycleState", {"state": "active"})
    chat.has("complete")
    assert chat.text == chat.saved()["content"].strip() == WHOLE


def test_a_laptop_that_slept_for_an_hour_goes_on(line: CutLine, new_context: NewContext) -> None:
    device = new_context()
    # The shared worker sleeps with the laptop; a page that has the line itself can be told to.
    device.add_init_script("delete globalThis.SharedWorker")
    page = device.new_page()
    page.clock.install()
    chat = sign_in(ChatPage(page, line.url))
    chat.ask(QUESTION)
    chat.sees(WORDS[10].strip())
    page.clock.fast_forward(3_600_000)
    chat.has("complete")
    assert chat.text == chat.saved()["content"].strip() == WHOLE


def test_a_clock_that_is_wrong_by_a_day_loses_nothing(line: CutLine, new_context: NewContext) -> None:
    device = new_context()
    device.add_init_script("const now = Date.now; Date.now = () => now() - 86_400_000;")
    chat = sign_in(ChatPage(device.new_page(), line.url))
    line.cut()
    chat.ask(script(text="Once."))
    expect(chat.page.get_by_text("Not sent yet")).to_be_visible()
    line.mend()
    chat.has("complete")
    assert chat.text == "Once."
