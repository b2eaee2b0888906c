"""Passkeys in Chromium, with an authenticator that exists in it alone: made, used alone, a second step."""

from typing import Any

import pytest
from browser.axe import violations
from browser.chat_page import ChatPage
from browser.fixtures import NewContext, StartSite, sign_in_at_the_door
from playwright.sync_api import BrowserContext, Page, expect
from process.harness.people import PASSWORD
from process.harness.processes import Server

LOOKS: list[dict[str, Any]] = [
    {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light", "locale": "en"},
    {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark", "locale": "zh-CN", "has_touch": True},
]


@pytest.fixture(scope="module")
def site(start_site: StartSite) -> Server:
    return start_site(CHAT_SECOND_FACTOR="optional")


def with_authenticator(context: BrowserContext, site: Server) -> ChatPage:
    """A tab of a browser that has one. Passkeys are bound to a name: an address is none."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options: dict[str, Any] = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return ChatPage(page, f"http://localhost:{site.port}")


def sign_out(page: Page) -> None:
    page.goto("about:blank")  # a page that is still open would notice, and go to the door by itself
    page.context.clear_cookies()


def test_a_passkey_is_made_signs_in_alone_is_the_second_step_and_is_taken_away(
    site: Server, new_context: NewContext
) -> None:
    chat = with_authenticator(new_context(), site)
    page = chat.page
    sign_in_at_the_door(chat)
    chat.open("/settings/password/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of this passkey").fill("My <b>laptop</b>")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("My <b>laptop</b>")).to_be_visible()

    sign_out(page)
    chat.open("/accounts/login/?next=/search/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/search/")

    sign_out(page)
    chat.open("/accounts/login/")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    chat.ready()

    chat.open("/settings/password/")
    page.get_by_role("button", name="Remove: My <b>laptop</b>").click()
    expect(page.get_by_text("It was taken away.")).to_be_visible()
    sign_out(page)
    chat.open("/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("This passkey is not known here.")).to_be_visible()


def test_a_passkey_that_is_not_used_says_so_and_can_be_tried_again(
    site: Server, new_context: NewContext
) -> None:
    chat = with_authenticator(new_context(), site)
    chat.open("/accounts/login/")
    chat.page.get_by_role("button", name="Use a passkey").click()
    expect(chat.page.get_by_text("The passkey was not used. Try again.")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS, ids=["desk", "phone"])
def test_every_page_of_it_can_be_used_by_everybody(
    site: Server, new_context: NewContext, look: dict[str, Any]
) -> None:
    chat = with_authenticator(new_context(**look), site)
    page = chat.page
    found: list[str] = []

    def looked_at(name: str) -> None:
        found.extend(f"{name}: {violation}" for violation in violations(page))
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{name} scrolls sideways")

    chat.open("/accounts/login/")
    looked_at("the door")
    page.locator("[name=username]").fill("alice")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button.primary").click()
    expect(chat.box).to_be_visible()
    for path in (
        "second-factor/app/",
        "second-factor/passkey/",
        "second-factor/codes/",
        "password/",
        "confirm/",
    ):
        chat.open(f"/settings/{path}")
        looked_at(path)
    chat.open("/settings/second-factor/passkey/")
    page.locator("form.passkey .button.primary").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    looked_at("the codes")
    chat.open("/settings/password/")
    looked_at("the passkey")
    sign_out(page)
    chat.open("/accounts/login/")
    page.locator("[name=username]").fill("alice")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button.primary").click()
    expect(page.locator("[name=code]")).to_be_focused()
    looked_at("the second step")
    page.locator("form.passkey button").click()
    expect(chat.box).to_be_visible()
    chat.open("/settings/password/")
    page.locator("form[action$='/remove/'] button").click()
    expect(page.locator(".good-news")).to_be_visible()
    assert found == []


def test_where_there_are_none_no_button_does_nothing(site: Server, new_context: NewContext) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"http://localhost:{site.port}/accounts/login/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()
