"""The audit log and the policies in a browser: verified in steps, filtered, a rule tried, a user erased."""

import pytest
from browser.axe import violations
from browser.chat_page import ChatPage
from browser.fixtures import NewPage, StartSite, sign_in
from playwright.sync_api import expect
from process.harness.people import PASSWORD
from process.harness.processes import Server, manage

FURNISH = """
from django.contrib.auth.models import Group, User
from chat.audit import Actor, record
from chat.models import Conversation
alice = User.objects.get(username="alice")
dave = User.objects.create_superuser("dave", password=%(password)r)
erin = User.objects.create_user("erin", password=%(password)r, is_staff=True)
erin.groups.add(Group.objects.get(name="Auditors"))
User.objects.create_user("frank", password=%(password)r, id=%(frank)d)
row = Conversation.objects.create(owner=alice, title="A secret title", updated="2020-01-01T00:00Z")
for number in range(60):
    record(Actor(dave.pk, "admin"), "read", "conversation", row.id, {"messages": number})
record(Actor(None, "server"), "purge", "user", 99)
"""
FRANK = 77
AUDIT = "/admin/review/audit/"
POLICY = "/admin/review/policy/"
LOOKS = [
    pytest.param(("light", 1440, "en"), id="desk-light-en"),
    pytest.param(("dark", 820, "zh-CN"), id="tablet-dark-zh"),
    pytest.param(("light", 390, "zh-CN"), id="phone-light-zh"),
    pytest.param(("dark", 390, "en"), id="phone-dark-en"),
]


@pytest.fixture(scope="module")
def desk(start_site: StartSite) -> Server:
    site = start_site()
    manage(site.settings, "shell", "-v", "0", "-c", FURNISH % {"password": PASSWORD, "frank": FRANK})
    return site


@pytest.fixture
def daves(desk: Server, new_page: NewPage) -> ChatPage:
    return sign_in(new_page(desk.url), "dave")


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_can_be_used_by_everybody(daves: ChatPage, look: tuple[str, int, str]) -> None:
    scheme, width, language = look
    page = daves.page
    page.context.set_extra_http_headers({"Accept-Language": language})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    found = []
    for address in (AUDIT, f"{AUDIT}?action=purge", POLICY, f"/admin/auth/user/{FRANK}/erase/"):
        daves.open(address)
        expect(page.locator("#content h1")).to_be_visible()
        found += [f"{address}: {violation}" for violation in violations(page)]
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), address
    assert not found, "\n".join(found)


def test_an_auditor_sees_who_did_what_and_verifies_it(desk: Server, new_page: NewPage) -> None:
    chat = sign_in(new_page(desk.url), "erin")
    chat.open(AUDIT)
    page = chat.page
    rows = page.locator("#content").get_by_role("row")
    expect(page.get_by_role("navigation", name="Review").get_by_role("link")).to_have_text(["Audit log"])
    expect(rows.nth(1)).to_contain_text("The server")
    expect(page.get_by_text("(erased user 99)")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("A secret title")
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_text("The chain is whole")).to_be_visible()
    page.get_by_label("Action").select_option("Read a conversation")
    page.get_by_label("Who", exact=True).fill("dave")
    page.get_by_role("button", name="Filter").click()
    expect(rows).to_have_count(51)
    page.get_by_role("link", name="Older").click()
    expect(rows).to_have_count(11)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 61
    assert "secret" not in "".join(lines)


def test_a_rule_is_tried_before_it_is_enabled(daves: ChatPage) -> None:
    daves.open(POLICY)
    page = daves.page
    page.get_by_label("Days").fill("30")
    page.get_by_role("button", name="Save, and see what it would do").click()
    expect(page.get_by_role("row", name="Conversations that would be deleted now")).to_contain_text("1")
    expect(page.get_by_text("It is not enabled.")).to_be_visible()
    page.get_by_role("button", name="Remove this rule").click()
    expect(page.get_by_text("The rule is gone.")).to_be_visible()


def test_a_user_is_erased_when_no_hold_bars_it(daves: ChatPage) -> None:
    page = daves.page
    daves.open(POLICY)
    page.get_by_label("Username").fill("frank")
    page.get_by_label("Reason").fill("A case")
    page.get_by_role("button", name="Hold", exact=True).click()
    expect(page.get_by_role("row", name="User frank")).to_contain_text("A case")
    daves.open(f"/admin/auth/user/{FRANK}/delete/")
    expect(page.get_by_text("This user is under a legal hold. Lift it first.")).to_be_visible()
    daves.open(POLICY)
    page.get_by_role("row", name="User frank").get_by_role("button", name="Lift").click()
    expect(page.get_by_text("Lifted.")).to_be_visible()
    daves.open(f"/admin/auth/user/{FRANK}/delete/")
    page.get_by_label("Type the username").fill("frank")
    page.get_by_role("button", name="Erase this user for good").click()
    expect(page.get_by_text("The user is erased")).to_be_visible()
