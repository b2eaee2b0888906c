"""The dashboard in a browser: everybody can use it, on every width, and its bars lead to their lists."""

import re
from typing import Any

import pytest
from browser.axe import violations
from browser.chat_page import ChatPage
from browser.fixtures import NewContext
from browser.review_site import SIDEWAYS, as_dave, picture
from playwright.sync_api import expect
from process.harness.processes import Server

PAGE = "/admin/review/figures/"
LOOKS: dict[str, dict[str, Any]] = {
    "desk-light-en": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light", "locale": "en"},
    "tablet-dark-en": {"viewport": {"width": 820, "height": 1100}, "color_scheme": "dark", "locale": "en"},
    "phone-light-zh": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "locale": "zh-CN"},
    "phone-dark-en": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "locale": "en"},
    "desk-dark-zh": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark", "locale": "zh-CN"},
}


@pytest.mark.parametrize("look", LOOKS)
def test_everybody_can_use_it_and_nothing_scrolls_sideways(
    review_site: Server, new_context: NewContext, look: str
) -> None:
    options = LOOKS[look]
    signing_in = new_context(locale="en")
    as_dave(ChatPage(signing_in.new_page(), review_site.url))
    page = new_context(**options, storage_state=signing_in.storage_state()).new_page()
    for name, query in (("figures", ""), ("no-figures", "?model=nobody")):
        page.goto(review_site.url + PAGE + query)
        expect(page.locator(".figures-whole")).to_be_visible()
        picture(page, f"{name}-{look}")
        assert violations(page) == []
        assert page.evaluate(SIDEWAYS) == []


def test_a_bar_and_its_number_in_the_table_lead_to_the_same_list(review_site: Server, new_page: Any) -> None:
    page = as_dave(new_page(review_site.url)).open(PAGE).page
    bar = page.locator(".columns .fill-failed").last
    expect(bar.locator("title")).to_have_text(re.compile(r", Failed: \d+$"))
    wanted = bar.locator("xpath=..").get_attribute("href")
    assert wanted is not None
    page.get_by_text("As a table").first.click()
    row = page.locator("details[open] tbody tr").last
    assert wanted in [link.get_attribute("href") for link in row.get_by_role("link").all()]
    bar.click()
    page.wait_for_url(review_site.url + wanted)


def test_a_range_a_group_and_a_model_are_chosen_by_keyboard_alone(review_site: Server, new_page: Any) -> None:
    page = as_dave(new_page(review_site.url)).open(PAGE).page
    before = page.locator(".figures-whole dd").first.text_content()
    page.get_by_label("Model:").focus()
    page.keyboard.type("small")
    page.keyboard.press("Enter")
    page.wait_for_url("**model=small**")
    expect(page.locator("#by-model + ul + div tbody tr")).to_have_count(1)
    assert page.locator(".figures-whole dd").first.text_content() != before
    page.get_by_role("link", name="7 days").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**date_from=**")
    expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
    expect(page.get_by_label("Model:")).to_have_value("small")
