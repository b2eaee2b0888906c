"""The newcomer's way: the first account, a question, the stream, Stop; and what arrived is kept."""

from browser.chat_page import WORDS, odd_words, script
from browser.fixtures import NewPage, StartSite
from playwright.sync_api import expect


def test_from_the_first_account_to_a_stopped_reply_that_is_saved(
    start_site: StartSite, new_page: NewPage
) -> None:
    chat = new_page(start_site(new=True).url).open("/")
    page = chat.page
    expect(page).to_have_url(f"{chat.url}/setup/")
    page.get_by_label("Username").fill("dave")
    page.get_by_label("Password", exact=True).fill("a long enough one")
    page.get_by_label("Password confirmation").fill("a long enough one")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()
    chat.ready()

    words = odd_words()
    chat.ask(script(pieces=words, delay=0.05, title="Odd words"))
    chat.sees("5汉字")
    assert chat.reply.get_attribute("data-status") == "streaming"
    expect(page).to_have_title("Odd words · Holdfast")
    expect(page.locator(".sidebar [aria-current] .conversation-title")).to_have_text("Odd words")
    chat.stop()

    saved = chat.saved()
    assert saved["status"] == "stopped"
    assert "".join(words).startswith(saved["content"])
    assert str(WORDS - 1) not in saved["content"]
    assert chat.text == saved["content"].strip()
    expect(chat.reply).to_contain_text("You stopped this reply.")
    page.reload()
    assert chat.text == saved["content"].strip()
