"""A reviewer reads in a real browser: by keyboard, while a reply is written, on any screen."""

import re

import pytest
from browser.axe import violations
from browser.chat_page import ChatPage, script
from browser.fixtures import NewContext
from browser.test_accessibility import RICH
from playwright.sync_api import BrowserContext, Page, expect
from process.harness.people import PASSWORD
from process.harness.processes import Server, manage

MAKE_CAROL = f"""
from django.contrib.auth.models import Group, User
carol = User.objects.get_or_create(username="carol", is_staff=True)[0]
carol.set_password({PASSWORD!r})
carol.save()
carol.groups.add(Group.objects.get(name="Reviewers"))
"""
ENTRIES = """
from chat.models import AuditEntry
print(*AuditEntry.objects.filter(object=%r).order_by("id").values_list("action", flat=True))
"""


def sign_in_carol(context: BrowserContext, site: Server) -> Page:
    page = context.new_page()
    page.goto(f"{site.url}/admin/login/")
    page.get_by_label("Username").fill("carol")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#user-tools")).to_be_visible()
    return page


@pytest.fixture
def carols(site: Server, new_context: NewContext) -> Page:
    manage(site.settings, "shell", "-v", "0", "-c", MAKE_CAROL)
    return sign_in_carol(new_context(), site)


def open_at_the_desk(page: Page, site: Server, conversation: str, query: str = "") -> None:
    page.goto(f"{site.url}/admin/review/c/{conversation}/{query}")


def test_a_running_reply_is_seen_as_it_is_written_and_in_its_final_form(
    chat: ChatPage, carols: Page, site: Server
) -> None:
    pieces = ["**First** words.\n\n", *(f"Word {number}. " for number in range(40)), "\n\nThe *last* ones."]
    chat.ask(script(pieces=pieces, delay=0.15, title="Written slowly"))
    chat.sees("First words.")
    conversation = chat.conversation
    open_at_the_desk(carols, site, conversation)
    reply = carols.locator(".message.assistant")
    expect(reply).to_have_attribute("data-status", "streaming")
    expect(reply.locator("strong")).to_have_text("First")
    expect(reply).to_contain_text("Word 10.")
    expect(reply).to_have_attribute("data-status", "complete", timeout=30_000)
    expect(reply.locator("em")).to_have_text("last")
    expect(reply.locator("details.facts summary")).to_contain_text("tokens")
    expect(carols.locator(".message.assistant")).to_have_count(1)
    told = manage(site.settings, "shell", "-v", "0", "-c", ENTRIES % conversation)
    assert told.split() == ["read", "follow"]


def test_keys_unfold_what_there_is_to_press(chat: ChatPage, carols: Page, site: Server) -> None:
    chat.ask(script(text="Yes.", title="Keys"))
    chat.has("complete")
    open_at_the_desk(carols, site, chat.conversation)
    carols.keyboard.press("?")
    dialog = carols.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("Back to the list")
    assert violations(carols) == []
    carols.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    carols.keyboard.press("u")
    expect(carols).not_to_have_url(re.compile("/review/c/"))


def test_versions_and_parts_are_plain_links(chat: ChatPage, site: Server, new_context: NewContext) -> None:
    chat.ask(script(text="The first try.", title="Two tries"))
    chat.has("complete")
    chat.page.get_by_role("button", name="Answer again").click()
    expect(chat.page.locator(".siblings-place")).to_have_text("2/2")
    chat.has("complete")
    manage(site.settings, "shell", "-v", "0", "-c", MAKE_CAROL)
    page = sign_in_carol(new_context(java_script_enabled=False), site)
    open_at_the_desk(page, site, chat.conversation)
    page.get_by_role("link", name="Earlier version").click()
    expect(page.locator(".siblings-place")).to_have_text("1/2")
    expect(page.get_by_text("This is another branch than the one that the user sees.")).to_be_visible()
    page.get_by_role("link", name="To theirs").click()
    expect(page.locator(".siblings-place")).to_have_text("2/2")


@pytest.mark.parametrize("width", [390, 820, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_can_be_used_by_everybody(
    chat: ChatPage, carols: Page, site: Server, width: int, scheme: str
) -> None:
    chat.ask(script(text=RICH, reasoning="First I think.", title="A rich reply"))
    chat.has("complete")
    conversation = chat.conversation
    carols.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    carols.set_viewport_size({"width": width, "height": 900})
    open_at_the_desk(carols, site, conversation)
    carols.locator("details.facts > summary").click()
    expect(carols.locator(".review-timeline")).to_be_visible()
    assert carols.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(carols) == []


def test_what_comes_later_is_offered_and_takes_nothing_from_who_writes_a_note(
    chat: ChatPage, carols: Page, site: Server
) -> None:
    chat.ask(script(text="The first answer.", title="It goes on"))
    chat.has("complete")
    conversation = chat.conversation
    open_at_the_desk(carols, site, conversation)
    expect(carols.locator(".message")).to_have_count(2)
    carols.keyboard.press("c")
    carols.keyboard.type("Half a thou")
    place = carols.evaluate("scrollY")
    chat.ask(script(pieces=[f"Word {number}. " for number in range(20)], delay=0.1))
    told = carols.locator("#review-news")
    expect(told).to_contain_text("There are new messages.", timeout=15_000)
    expect(carols.locator("#judging-text")).to_be_focused()
    carols.keyboard.type("ght")
    told.get_by_role("button", name="Show").click()
    expect(carols.locator(".message")).to_have_count(4)
    assert carols.evaluate("scrollY") == place
    expect(carols.locator("#judging-text")).to_have_value("Half a thought")
    expect(carols.locator(".message.assistant").last).to_have_attribute(
        "data-status", "complete", timeout=20_000
    )
    expect(carols.locator(".message.assistant").last).to_contain_text("Word 19.")
    assert violations(carols) == []
    # Another version of the last reply is on another branch: that is a link, and takes nothing either.
    chat.page.get_by_role("button", name="Answer again").last.click()
    expect(told).to_contain_text("There are new messages.", timeout=15_000)
    told.get_by_role("button", name="Show").click()
    expect(told).to_contain_text("on another page or branch")
    expect(carols.locator("#judging-text")).to_have_value("Half a thought")
    told.get_by_role("link", name="Go there").click()
    expect(carols.locator(".siblings-place")).to_have_text("2/2")
    read = manage(site.settings, "shell", "-v", "0", "-c", ENTRIES % conversation).split()
    assert read.count("read") == 4
