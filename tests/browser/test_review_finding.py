"""The list of the review desk in a browser: by keyboard alone, filters, saved filters, and how it looks."""

import re
from typing import Any

import pytest
from browser.axe import violations
from browser.fixtures import NewContext, StartSite
from playwright.sync_api import Page, expect
from process.harness.people import PASSWORD
from process.harness.processes import Server, manage

MAKE_CAROL = """
from django.contrib.auth.models import Group, User
carol = User.objects.create_user("carol", password=%r, is_staff=True)
carol.groups.add(Group.objects.get(name="Reviewers"))
"""


@pytest.fixture(scope="module")
def desk(start_site: StartSite) -> Server:
    """A site with sixty conversations, and Carol who reviews them."""
    site = start_site()
    manage(site.settings, "make_review_data", "--conversations", "60", "--messages", "600")
    manage(site.settings, "shell", "-v", "0", "-c", MAKE_CAROL % PASSWORD)
    return site


def opened(desk: Server, new_context: NewContext, query: str = "", **options: Any) -> Page:
    page = new_context(**options).new_page()
    page.goto(f"{desk.url}/accounts/login/?next=/admin/review/")
    page.locator("[name=username]").fill("carol")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".finding")).to_be_visible(timeout=20_000)
    page.wait_for_load_state()  # with its scripts
    if query:
        page.goto(f"{desk.url}/admin/review/?{query}")
    return page


def test_a_conversation_is_found_and_opened_by_keyboard(desk: Server, new_context: NewContext) -> None:
    page = opened(desk, new_context)
    page.keyboard.press("/")
    expect(page.locator("#id_q")).to_be_focused()
    page.keyboard.type("server")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{desk.url}/admin/review/?q=server")
    page.wait_for_load_state()
    titles = page.locator(".find-title")
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("k", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        expect(titles.nth(place)).to_be_focused()
    assert page.locator(".find mark").first.inner_text().lower().startswith("server")
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile(r"/admin/review/c/[0-9a-f-]{36}/\?in=search&.*q=server"))
    page.go_back()
    page.wait_for_load_state()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("To the search box")


def test_filters_are_chosen_shown_and_taken_away(desk: Server, new_context: NewContext) -> None:
    page = opened(desk, new_context)
    page.keyboard.press("f")
    page.get_by_label("Failed").check()
    page.get_by_label("Verdict").select_option("none")
    page.locator(".finding-buttons").get_by_role("button", name="Find").click()
    # What is empty stays out of the address.
    expect(page).to_have_url(re.compile(r"/admin/review/\?status=failed&verdict=none$"))
    chips = page.locator(".finding-chips a")
    expect(chips).to_have_text([re.compile("Status Failed"), re.compile("Verdict No verdict")])
    chips.nth(1).click()
    expect(page).to_have_url(f"{desk.url}/admin/review/?status=failed")
    expect(page.locator(".find").first).to_contain_text("Failed")


def test_a_filter_is_saved_and_a_deleted_one_comes_back(desk: Server, new_context: NewContext) -> None:
    page = opened(desk, new_context, "status=failed")
    page.get_by_text("Saved filters").click()
    page.get_by_label("Save this filter as").fill("What failed")
    page.locator(".finding-keep").get_by_role("button", name="Save").click()
    shelf = page.locator("#finding-saved")
    for _ in range(2):
        shelf.locator("summary").first.click()
        expect(shelf.get_by_role("link", name="What failed")).to_be_visible()
        shelf.get_by_text("Change").click()
        shelf.get_by_role("button", name="Delete").click()
        page.get_by_role("button", name="Undo").click()
    shelf.locator("summary").first.click()
    shelf.get_by_role("link", name="What failed").click()
    expect(page).to_have_url(f"{desk.url}/admin/review/?status=failed")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_cut_off_and_axe_finds_nothing(
    desk: Server, new_context: NewContext, width: int, scheme: str
) -> None:
    page = opened(desk, new_context, viewport={"width": width, "height": 900}, color_scheme=scheme)
    for query in ("", "q=server", "status=failed&user=sample-000", "user=nobody-here"):
        page.goto(f"{desk.url}/admin/review/?{query}")
        if not query:
            page.locator("#finding-more > summary").click()
        beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert beyond <= 0, f"?{query} at {width} px"
        assert not violations(page, within=".finding"), query


@pytest.mark.parametrize("query", ["q=server", "status=failed"])
def test_n_and_p_go_through_the_result_and_its_ends(
    desk: Server, new_context: NewContext, query: str
) -> None:
    page = opened(desk, new_context, query)
    addresses = page.locator(".find-title").evaluate_all("all => all.map((each) => each.pathname)")
    result = list(dict.fromkeys(addresses))
    assert len(result) >= 3
    page.locator(".find-title").first.click()
    stands_at(page, f"{result[0]}.*{query}")
    for key, place in (("n", 1), ("n", 2), ("p", 1), ("p", 0)):
        page.keyboard.press(key)
        stands_at(page, f"{result[place]}.*{query}")
    expect(page.locator("[rel=prev]")).to_have_count(0)
    page.keyboard.press("p")
    stands_at(page, result[0])
    page.keyboard.press("u")
    stands_at(page, rf"/admin/review/\?.*{query}")


def stands_at(page: Page, address: str) -> None:
    """With its scripts: a key that is pressed earlier is pressed for nothing."""
    expect(page).to_have_url(re.compile(address), timeout=20_000)
    page.wait_for_load_state()
