"""What a user sets for themselves: a name, a password, and how their new chats begin."""

import pytest
from browser.chat_page import ChatPage, script
from browser.fixtures import NewContext, StartSite
from playwright.sync_api import Page, expect
from process.harness.people import PASSWORD
from process.harness.processes import Server

ANOTHER = "another horse battery staple"


@pytest.fixture(scope="module")
def site(start_site: StartSite) -> Server:
    """A server of our own: what is set stays."""
    return start_site(CHAT_MODELS="first,second")


def save(page: Page, section: str, button: str = "Save") -> None:
    page.locator(f"[aria-labelledby={section}]").get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("status").first).to_be_visible()


def test_new_chats_begin_with_the_users_model_and_system_prompt(chat: ChatPage) -> None:
    page = chat.open("/settings/chat/").page
    page.get_by_label("Model").select_option("second")
    page.get_by_label("System prompt").fill("Answer in verse.")
    page.get_by_label("Temperature").fill("0.5")
    save(page, "beginnings")
    chat.open("/").ready()
    expect(page.get_by_label("Model")).to_have_value("second")
    chat.ask(script(text="Yes."))
    chat.has("complete")
    begun = page.request.get(f"{chat.url}/api/v1/conversations/{chat.conversation}").json()
    assert (begun["system_prompt"], begun["params"]) == ("Answer in verse.", {"temperature": 0.5})
    assert chat.saved()["model"] == "second"


def test_a_name_takes_the_place_of_the_username(chat: ChatPage) -> None:
    page = chat.open("/settings/").page
    page.get_by_label("Name", exact=True).fill("Alice Liddell")
    save(page, "name")
    expect(page.locator(".account-name")).to_have_text("Alice Liddell")


def test_a_new_password_is_the_one_that_opens_the_door(chat: ChatPage, new_context: NewContext) -> None:
    page = chat.open("/settings/password/").page
    page.get_by_label("Old password", exact=True).fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(ANOTHER)
    page.get_by_label("New password confirmation", exact=True).fill(ANOTHER)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("status").first).to_be_visible()
    chat.open("/").ready()  # who changed it stays signed in
    door = new_context().new_page()
    for password in (PASSWORD, ANOTHER):
        door.goto(f"{chat.url}/accounts/login/")
        door.get_by_label("Username").fill("alice")
        door.get_by_label("Password", exact=True).fill(password)
        door.get_by_role("button", name="Sign in").click()
        if password == PASSWORD:
            expect(door.locator(".form-error")).to_be_visible()
    expect(door.locator("#box")).to_be_visible()


def test_a_new_browser_has_its_own_language_until_the_user_chooses(
    site: Server, new_context: NewContext
) -> None:
    chat = ChatPage(new_context(locale="zh-CN").new_page(), site.url)
    page = chat.open("/accounts/login/").page
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    page.get_by_role("button", name="English").or_(page.get_by_role("link", name="English")).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
