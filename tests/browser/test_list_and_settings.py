"""The list of conversations and the settings, with the page's own dialogs; and the policy on every page."""

import re

from browser.chat_page import ChatPage, script
from browser.fixtures import NewPage, StartSite, sign_in_at_the_door
from playwright.sync_api import expect


def _asked(chat: ChatPage, title: str) -> None:
    chat.ask(script(text="Yes.", title=title))
    chat.has("complete")
    expect(chat.page.locator(".sidebar [aria-current]")).to_have_text(title)


def _menu(chat: ChatPage, title: str, action: str) -> None:
    item = chat.page.locator(".conversation").filter(has_text=title)
    item.hover()
    item.locator("summary").click()
    item.get_by_role("button", name=action, exact=True).click()


def test_a_conversation_is_renamed_in_place(chat: ChatPage) -> None:
    _asked(chat, "Before")
    _menu(chat, "Before", "Rename")
    expect(chat.page.locator(".renaming input")).to_be_focused()
    chat.page.keyboard.type("Typed over")  # all of it is selected
    expect(chat.page.locator(".renaming input")).to_have_value("Typed over")
    field = chat.page.get_by_role("textbox", name="Title")
    expect(field).to_be_focused()
    field.fill("After 汉字")
    field.press("Enter")
    expect(chat.page.locator(".sidebar [aria-current]")).to_have_text("After 汉字")
    expect(chat.page.locator("#title")).to_have_text("After 汉字")
    expect(chat.page).to_have_title(re.compile("^After 汉字"))


def test_escape_leaves_a_name_as_it_was(chat: ChatPage) -> None:
    _asked(chat, "The same")
    _menu(chat, "The same", "Rename")
    chat.page.get_by_role("textbox", name="Title").fill("Not this")
    chat.page.keyboard.press("Escape")
    expect(chat.page.locator(".sidebar [aria-current]")).to_have_text("The same")


def test_what_is_deleted_is_left_and_can_be_brought_back_from_the_next_page(chat: ChatPage) -> None:
    _asked(chat, "Doomed")
    address = chat.page.url
    _menu(chat, "Doomed", "Delete")
    expect(chat.page).to_have_url(f"{chat.url}/")
    expect(chat.page.locator(".conversation").filter(has_text="Doomed")).to_have_count(0)
    chat.page.get_by_role("button", name="Undo").click()
    expect(chat.page).to_have_url(address)
    expect(chat.page.locator(".sidebar [aria-current]")).to_have_text("Doomed")


def test_another_one_is_deleted_without_leaving_the_page(chat: ChatPage) -> None:
    _asked(chat, "Another")
    chat.open("/").ready()
    _menu(chat, "Another", "Delete")
    expect(chat.page.locator(".conversation").filter(has_text="Another")).to_have_count(0)
    chat.page.get_by_role("button", name="Undo").click()
    expect(chat.page.locator(".conversation").filter(has_text="Another")).to_have_count(1)


def test_search_finds_while_one_types(chat: ChatPage) -> None:
    _asked(chat, "Needle")
    chat.page.get_by_role("searchbox").press_sequentially("Needl")
    expect(chat.page.locator(".hit").first).to_contain_text("Needle")
    chat.page.get_by_role("searchbox").fill("no such thing")
    expect(chat.page.locator("#conversations")).to_contain_text("Nothing found.")


def test_on_a_phone_the_list_is_a_drawer_and_nothing_scrolls_sideways(chat: ChatPage) -> None:
    chat.page.set_viewport_size({"width": 390, "height": 844})
    wide = (
        "| "
        + " | ".join(["a long heading"] * 8)
        + " |\n"
        + "|---" * 8
        + "|\n\n`"
        + "x" * 300
        + "`\n\n"
        + "y" * 300
    )
    chat.ask(script(text=wide))
    chat.has("complete")
    expect(chat.page.locator("#sidebar")).to_be_hidden()
    assert chat.page.evaluate("document.documentElement.scrollWidth") == 390
    assert chat.page.evaluate("(e => e.scrollWidth - e.clientWidth)(document.getElementById('scroll'))") == 0
    chat.page.get_by_role("button", name="Conversations").click()
    expect(chat.page.locator("#sidebar")).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.page.locator("#sidebar")).to_be_hidden()


def test_a_key_is_made_shown_once_copied_and_taken_back(chat: ChatPage) -> None:
    page = chat.open("/settings/keys/").page
    page.get_by_label("What is it for?").fill("my script")
    page.get_by_role("button", name="Make a key").click()
    key = page.locator("#new-key").inner_text()
    models = page.request.get(f"{chat.url}/api/v1/models", headers={"Authorization": f"Bearer {key}"})
    assert models.status == 200
    page.reload()
    assert key not in page.content()
    mine = page.get_by_role("listitem").filter(has_text="my script")
    mine.get_by_text("Revoke", exact=True).click()
    mine.get_by_role("button", name="Revoke for good").click()
    expect(page.get_by_text("my script")).to_have_count(0)
    models = page.request.get(f"{chat.url}/api/v1/models", headers={"Authorization": f"Bearer {key}"})
    assert models.status == 401


def test_on_plain_http_with_a_name_one_can_ask_copy_and_make_a_key(
    start_site: StartSite, new_page: NewPage
) -> None:
    chat = sign_in_at_the_door(new_page(start_site(name="chat.test").settings["CHAT_PUBLIC_URL"]))
    assert chat.page.evaluate("isSecureContext") is False
    chat.ask(script(text="Copy *me*."))
    chat.has("complete")
    chat.reply.get_by_role("button", name="Copy").click()
    expect(chat.page.get_by_text("Copied")).to_be_visible()
    chat.box.press("Control+V")
    expect(chat.box).to_have_value("Copy *me*.")
    page = chat.open("/settings/keys/").page
    page.get_by_role("button", name="Make a key").click()
    key = page.locator("#new-key").inner_text()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    page.get_by_label("What is it for?").press("Control+V")
    expect(page.get_by_label("What is it for?")).to_have_value(key)


def test_no_page_breaks_the_policy(chat: ChatPage, complaints: list[str]) -> None:
    chat.ask(script(text="```python\nprint('colours')\n```\n\n<b onclick='x()'>no</b>"))
    chat.has("complete")
    for path in ("/settings/", "/nothing/", "/conversations/", "/accounts/login/"):
        chat.open(path)
        chat.page.wait_for_load_state()  # not until all is quiet: the live connection never is
    assert complaints == []
