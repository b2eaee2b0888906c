"""Two users of one browser: what one wrote and did not send is neither shown to, nor asked by, the next."""

import pytest
from browser.chat_page import ChatPage, script
from browser.fixtures import NewPage, sign_in
from playwright.sync_api import expect
from process.harness.people import PASSWORD
from process.harness.processes import Server, manage

MAKE_BOB = """
from django.contrib.auth.models import User
User.objects.filter(username="bob").exists() or User.objects.create_user("bob", password=%r)
"""
CHAT = "**/api/v1/chat*"
SIGNED_OUT = "You are signed out."


@pytest.fixture(autouse=True)
def _bob(site: Server) -> None:
    manage(site.settings, "shell", "-v", "0", "-c", MAKE_BOB % PASSWORD)


def sign_out(chat: ChatPage) -> None:
    """As in another tab: this page stays open."""
    cookies = chat.page.context.cookies()
    token = next(cookie["value"] for cookie in cookies if cookie["name"] == "csrftoken")
    assert chat.page.context.request.post(
        f"{chat.url}/accounts/logout/", form={"csrfmiddlewaretoken": token}
    ).ok


def test_a_draft_is_its_writers_alone(site: Server, new_page: NewPage) -> None:
    chat = sign_in(new_page(site.url))
    chat.box.fill("Alice's secret")
    sign_out(chat)
    sign_in(chat, "bob")
    expect(chat.box).to_have_value("")
    chat.box.fill("Bob's")
    sign_out(chat)
    sign_in(chat)
    expect(chat.box).to_have_value("Alice's secret")


def test_a_question_that_waits_in_another_tab_is_not_asked_as_the_next_user(
    site: Server, new_page: NewPage
) -> None:
    hers = sign_in(new_page(site.url))
    hers.page.route(CHAT, lambda route: route.abort("internetdisconnected"))
    hers.ask(script(text="Alice's answer."))
    expect(hers.page.get_by_text("Not sent yet")).to_be_visible()
    sign_out(hers)
    his = sign_in(new_page(site.url), "bob")
    hers.page.unroute(CHAT)  # it is tried again by itself, within 15 seconds
    expect(hers.page.get_by_text(SIGNED_OUT).first).to_be_visible(timeout=30_000)
    expect(hers.box).to_have_value(script(text="Alice's answer."))
    listed = his.page.request.get(f"{site.url}/api/v1/conversations").json()["results"]
    assert listed == []


def test_an_open_page_is_not_told_what_the_next_user_does(site: Server, new_page: NewPage) -> None:
    hers = sign_in(new_page(site.url))
    sign_out(hers)
    his = sign_in(new_page(site.url), "bob")
    his.ask(script(text="Bob's answer."))
    his.has("complete")
    expect(his.page.locator("#conversations .conversation")).to_have_count(1)
    hers.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(hers.page.get_by_text(SIGNED_OUT).first).to_be_visible()
    shown = hers.page.locator("#conversations .conversation").all_text_contents()
    assert not any("script:" in text for text in shown)
