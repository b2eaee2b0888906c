"""Accounts in a real browser: choices that follow their user, devices that are signed out, an invitation."""

import re
from collections.abc import Callable, Iterator

import pytest
from browser.chat_page import ChatPage, script
from browser.fixtures import sign_in
from playwright.sync_api import Browser, BrowserContext, Page, expect
from process.harness.people import PASSWORD
from process.harness.processes import Server, manage

Elsewhere = Callable[[], ChatPage]


@pytest.fixture
def elsewhere(chromium: Browser, site: Server) -> Iterator[Elsewhere]:
    """Another browser, not signed in."""
    contexts: list[BrowserContext] = []

    def open_browser() -> ChatPage:
        context = chromium.new_context()
        context.set_default_timeout(20_000)
        contexts.append(context)
        return ChatPage(context.new_page(), site.url)

    yield open_browser
    for context in contexts:
        context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_language_and_look_follow_their_user_to_another_device(chat: ChatPage, elsewhere: Elsewhere) -> None:
    other = sign_in(elsewhere())
    page = chat.open("/settings/").page
    press(page, "Dark")
    expect(page.get_by_text("The appearance was saved.")).to_be_visible()
    press(page, "简体中文")
    html = other.open("/").page.locator("html")
    expect(html).to_have_attribute("lang", "zh-hans")
    expect(html).to_have_attribute("data-theme", "dark")
    page.locator("button[name=language][value='']").click()
    page.locator("button[name=theme][value=system]").click()
    expect(other.open("/").page.locator("html")).to_have_attribute("lang", "en")


def test_signing_another_device_out_ends_its_stream(chat: ChatPage, elsewhere: Elsewhere) -> None:
    other = sign_in(elsewhere())
    other.ask(script(pieces=["Begun. ", *["more "] * 200], delay=0.1))
    other.sees("Begun.")
    page = chat.open("/settings/password/").page
    press(page, "Sign out everywhere else")
    expect(page.get_by_text("signed out.")).to_be_visible()
    expect(other.page.get_by_text("You are signed out.")).to_be_visible()
    expect(page.get_by_text("this device")).to_be_visible()
    chat.open("/").ready()


def test_an_invitation_leads_to_an_account_and_is_good_once(site: Server, elsewhere: Elsewhere) -> None:
    link = manage(site.settings, "create_invitation", "--note", "Eve").strip()
    path = link[link.index("/join/") :]
    eve, late = elsewhere(), elsewhere()
    for browser in (eve, late):
        browser.open(path)
        expect(browser.page).to_have_url(f"{site.url}/join/")
    page = eve.page
    page.get_by_label("Username").fill("eve")
    page.get_by_label("Name (optional)").fill("Eve")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Show", exact=True).first.click()
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
    page.get_by_label("Password confirmation", exact=True).fill("another")
    press(page, "Make the account")
    expect(page.get_by_text(re.compile("didn’t match"))).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password confirmation", exact=True).fill(PASSWORD)
    press(page, "Make the account")
    eve.ready()
    expect(page.locator(".account-name")).to_have_text("Eve")
    late.page.reload()
    expect(late.page.get_by_text("This link no longer works")).to_be_visible()
    eve.open("/settings/data/")
    page.get_by_label("Type your username").fill("eve")
    page.get_by_label("Your password").fill(PASSWORD)
    press(page, "Delete my account for good")
    expect(page.get_by_text("Your account is deleted")).to_be_visible()
    eve.open("/")
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_all_data_comes_as_one_file(chat: ChatPage) -> None:
    page = chat.open("/settings/data/").page
    with page.expect_download() as download:
        press(page, "Export all my data")
    assert re.fullmatch(r"alice-\d{4}-\d\d-\d\d\.zip", download.value.suggested_filename)


@pytest.mark.parametrize("width", [390, 820])
def test_no_page_of_the_settings_scrolls_sideways(chat: ChatPage, width: int) -> None:
    chat.page.set_viewport_size({"width": width, "height": 844})
    for path in ("", "chat/", "password/", "shared/", "keys/", "data/"):
        chat.open(f"/settings/{path}")
        assert chat.page.evaluate("document.documentElement.scrollWidth") == width, path
        inside = "(e => e.scrollWidth - e.clientWidth)(document.getElementById('main'))"
        assert chat.page.evaluate(inside) == 0, path
