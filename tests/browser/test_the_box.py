"""The box that questions are written in: in sight, and quick."""

import re

from browser.chat_page import ChatPage
from playwright.sync_api import expect


def test_a_keyboard_over_the_page_leaves_the_box_in_sight(chat: ChatPage) -> None:
    """As on an iPhone, which shrinks the visual viewport alone."""
    chat.page.set_viewport_size({"width": 390, "height": 844})
    chat.page.evaluate(
        """(height) => {
          Object.defineProperty(visualViewport, "height", { value: height });
          visualViewport.dispatchEvent(new Event("resize"));
        }""",
        480,
    )
    box = chat.box.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 480


def test_the_box_stays_quick_with_200_000_characters(chat: ChatPage) -> None:
    chat.box.fill("0123456789" * 20_000)
    chat.page.evaluate(
        """() => {
          window.long = [];
          const note = (list) => window.long.push(...list.getEntries().map((entry) => entry.duration));
          new PerformanceObserver(note).observe({ type: "longtask" });
        }"""
    )
    chat.box.press("End")
    for letter in "typed":
        chat.box.press(letter)
    expect(chat.box).to_have_value(re.compile("typed$"))
    # What is written or measured anew with each key takes seconds for each; a busy machine is late for some.
    slow = [task for task in chat.page.evaluate("window.long") if task > 1000]
    assert len(slow) < len("typed")
    chat.page.reload()
    expect(chat.box).to_have_value(re.compile("typed$"))
