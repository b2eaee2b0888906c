"""What is true of every page and every state of it: axe-core finds nothing, and nothing scrolls sideways."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browser import states
from browser.axe import violations
from browser.chat_page import ChatPage
from browser.fixtures import NewContext
from browser.furnished import Furnished
from browser.states import State
from playwright.sync_api import Page, ViewportSize

WIDE = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
NARROW: ViewportSize = {"width": 320, "height": 640}
"""What 1280 px are at 400 % zoom (WCAG 1.4.10)."""
LOOKS: dict[str, dict[str, Any]] = {
    "desk, light, English": {"viewport": WIDE, "color_scheme": "light", "locale": "en"},
    "phone, dark, Chinese": {"viewport": PHONE, "color_scheme": "dark", "locale": "zh-CN", "has_touch": True},
}
ALL: dict[str, State] = {**states.PAGES, **states.OPENED, **states.DOORS}

# A page that is cut off at its edge scrolls nowhere: its boxes tell, but for those in a box that scrolls.
BEYOND = """() => {
  const width = document.documentElement.clientWidth;
  const scrolls = (element) => {
    for (let at = element.parentElement; at && at.id !== "scroll"; at = at.parentElement)
      if (getComputedStyle(at).overflowX !== "visible" && !at.matches(".page, .sidebar, body")) return true;
    return false;
  };
  return [...document.querySelectorAll("body *")].filter((element) => {
    const box = element.getBoundingClientRect();
    const isWithin = box.left >= -1 && box.right <= width + 1;
    return box.width > 1 && !isWithin && element.checkVisibility() && !scrolls(element);
  }).map((element) => element.outerHTML.slice(0, 160)).slice(0, 3);
}"""
SMALL = """(least) => {
  const isInText = (element) => element.closest("p, dd, .prose, .skip") !== null;
  const controls = "button, a[href], input:not([type=hidden]), select, textarea, summary";
  return [...document.querySelectorAll(controls)].filter((element) => {
    const box = element.getBoundingClientRect();
    if (!element.checkVisibility() || box.width <= 1 || isInText(element)) return false;
    const target = element.closest("label")?.getBoundingClientRect() ?? box;
    return target.width < least || target.height < least;
  }).map((element) => element.outerHTML.slice(0, 160));
}"""


Reached = Callable[..., Iterator[tuple[str, Page]]]


@pytest.fixture
def reached(new_context: NewContext, furnished: Furnished) -> Reached:
    """Each state in a browser of its own, so that none is in the way of the next."""

    def reach_all(ways: dict[str, State], **look: Any) -> Iterator[tuple[str, Page]]:
        for name, reach in ways.items():
            context = new_context(storage_state=furnished.session, **look)
            chat = ChatPage(context.new_page(), furnished.url)
            reach(chat, furnished.places)
            yield name, chat.page
            context.close()

    return reach_all


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("group", ["pages", "opened", "doors"])
def test_axe_finds_nothing(reached: Reached, look: str, group: str) -> None:
    names = {"pages": states.PAGES, "opened": states.OPENED, "doors": states.DOORS}[group]
    found = [
        f"{name}: {violation}"
        for name, page in reached(names, **LOOKS[look])
        for violation in violations(page)
    ]
    assert not found, "\n".join(found)


def test_axe_finds_nothing_from_right_to_left(reached: Reached) -> None:
    found = []
    for name, page in reached({"rich": states.rich, "list": states.the_list}, viewport=PHONE):
        page.evaluate("document.documentElement.dir = 'rtl'")
        found += [f"{name}: {violation}" for violation in violations(page)]
    assert not found, "\n".join(found)


def test_nothing_scrolls_sideways(reached: Reached) -> None:
    found = []
    for name, page in reached(ALL, viewport=PHONE, is_mobile=True, has_touch=True):
        for size in (PHONE, NARROW):
            page.set_viewport_size(size)
            page.evaluate("document.documentElement.dir = 'ltr'")
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > size["width"]:
                found.append(f"{name}, {size['width']}: {width}")
            found += [f"{name}, {size['width']}: {beyond}" for beyond in page.evaluate(BEYOND)]
            # Right to left a box that is too wide is cut at the other side.
            page.evaluate("document.documentElement.dir = 'rtl'")
            if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
                found.append(f"{name}, {size['width']}, right to left")
    assert not found, "\n".join(found)


def test_every_control_can_be_hit(reached: Reached) -> None:
    """24 px with a pointer (WCAG 2.5.8), and 40 with a finger but for what stands in a line of text."""
    found = []
    for least, look in (
        (24, {"viewport": WIDE}),
        (36, {"viewport": PHONE, "is_mobile": True, "has_touch": True}),
    ):
        for name, page in reached({"rich": states.rich, "list": states.the_list}, **look):
            found += [f"{name}, {least}: {small}" for small in page.evaluate(SMALL, least)]
    assert not found, "\n".join(found)
