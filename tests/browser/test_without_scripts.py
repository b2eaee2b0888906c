"""Without JavaScript everything can be read, and no button is shown that would do nothing."""

import re

import pytest
from browser.fixtures import NewContext
from browser.furnished import LONG, Furnished
from playwright.sync_api import Page, expect

# What neither sends a form, nor opens something by itself.
DEAD = """() => [...document.querySelectorAll("button")].filter((button) => {
  if (!button.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
  return !button.popoverTargetElement && !(button.form && button.type === "submit");
}).map((button) => button.outerHTML.slice(0, 160))"""


@pytest.mark.parametrize("width", [390, 1440])
def test_all_can_be_read(new_context: NewContext, furnished: Furnished, width: int) -> None:
    url, places = furnished.url, furnished.places
    viewport = {"width": width, "height": 900}
    page = new_context(
        storage_state=furnished.session, java_script_enabled=False, viewport=viewport
    ).new_page()
    page.goto(url)
    expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()
    nothing_dead(page)
    list_of(page).get_by_role("link", name="Long", exact=True).click()
    expect(page.get_by_text(f"Reply {LONG - 1}", exact=True)).to_be_visible()
    nothing_dead(page)
    needle = page.locator("#scroll").get_by_text("The needle is here.", exact=True)
    while not needle.is_visible():
        page.get_by_role("link", name="Earlier messages").click()

    list_of(page).get_by_role("searchbox").fill("needle")
    page.get_by_role("searchbox").press("Enter")
    page.locator(".hits .hit a").first.click()
    expect(needle).to_be_visible()

    page.goto(url + places.rich)
    reasoning = page.locator(".reasoning-text").filter(has_text="First I think.")
    expect(reasoning).to_be_hidden()
    page.locator(".reasoning summary").first.click()
    expect(reasoning).to_be_visible()
    place = page.locator(".siblings-place").last
    other = {"1/2": "2/2", "2/2": "1/2"}[place.inner_text()]
    page.locator(".siblings button:enabled").last.click()
    expect(place).to_have_text(other)
    nothing_dead(page)

    for section in ("", "chat/", "password/", "shared/", "keys/", "data/"):
        page.goto(f"{url}/settings/{section}")
        expect(page.get_by_role("heading", level=2).first).to_be_visible()
        nothing_dead(page)
    for path in ("/import/", f"{places.rich}share/", f"{places.rich}instructions/"):
        page.goto(url + path)
        nothing_dead(page)
    page.goto(url + places.shared)
    expect(page.get_by_role("heading", name=re.compile("A rich reply"), level=1)).to_be_visible()
    nothing_dead(page)


def list_of(page: Page) -> Page:
    """The list; on a phone it is opened by the browser alone."""
    if not page.locator(".new-chat").is_visible():
        page.locator("header [popovertarget=sidebar]").click()
    return page


def nothing_dead(page: Page) -> None:
    assert page.evaluate(DEAD) == [], page.url
