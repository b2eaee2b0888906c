"""A reply of 100,000 characters is painted once a frame, in parts that stay small, and is what was saved.

How smooth that is depends on the machine: `benchmarks/painting.py` counts the long tasks.
"""

from typing import Any

import pytest
from browser.chat_page import ChatPage, script
from browser.fixtures import NewPage
from playwright.sync_api import expect

LENGTH = 100_000
WATCH = """() => {
  window.watched = { frames: 0, paints: 0, most: 0, blocks: 0 };
  const count = () => {
    watched.frames += 1;
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
  addEventListener("painted", () => {
    watched.paints += 1;
    const [group] = [...document.querySelectorAll(".tail .lines")].slice(-1);
    const [section] = [...document.querySelectorAll(".prose .section")].slice(-1);
    watched.most = Math.max(watched.most, group?.textContent.length ?? 0);
    watched.blocks = Math.max(watched.blocks, section?.childElementCount ?? 0);
  }, true);
}"""
WORDS = "Words of *one* paragraph, with `code` and 汉字 😀. "
CODE = "total = total + double(number)  # one line of many\n"
BLOCKS = "## A heading\n\nA paragraph of some words.\n\n- an item\n- another\n\n```python\nx = 1\n```\n\n"


@pytest.mark.parametrize(
    ("text", "before", "shown"),
    [
        (WORDS, "", WORDS.replace("*", "").replace("`", "")),
        (CODE, "```text\n", CODE),
        (BLOCKS, "", "A headingA paragraph of some words.an itemanotherpythonx = 1"),
    ],
    ids=["one paragraph", "one code block", "many blocks"],
)
def test_a_long_reply_is_painted_once_a_frame_in_small_parts(
    chat: ChatPage, text: str, before: str, shown: str
) -> None:
    repeat = LENGTH // len(text)
    chat.page.evaluate(WATCH)
    chat.ask(script(text=text, before=before, repeat=repeat, tokens=1000, delay=0.002))
    chat.page.wait_for_selector('.message.assistant[data-status="complete"]', timeout=60_000)
    watched: dict[str, Any] = chat.page.evaluate("watched")
    # Besides: the end is painted at once, then what the server says of it.
    assert 0 < watched["paints"] <= watched["frames"] + 3
    assert 0 < watched["most"] <= 12_000
    assert 0 < watched["blocks"] <= 25
    assert chat.saved()["content"] == before + text * repeat
    read = chat.reply.locator(".prose").evaluate(
        """prose => {
          prose = prose.cloneNode(true);
          prose.querySelectorAll(".code-buttons").forEach(buttons => buttons.remove());
          return prose.textContent.replaceAll(/\\s+/g, "");
        }"""
    )
    assert read == "".join((("text" if before else "") + shown * repeat).split())


def test_what_was_painted_stays_when_the_reply_ends(chat: ChatPage) -> None:
    chat.ask(script(text="Some *words* to select.\n\n", repeat=20, tokens=100, delay=0.02))
    chat.page.wait_for_selector(".message.assistant .prose .block p")  # it is closed, and rendered
    chat.page.evaluate(
        """() => {
          window.first = document.querySelector(".message.assistant .prose .block p");
          getSelection().selectAllChildren(first);
        }"""
    )
    with chat.page.expect_response("**/messages/*/?without=prose") as settled:
        chat.has("complete")
    assert "<p>Some" not in settled.value.text()
    assert chat.page.evaluate("first.isConnected && String(getSelection())") == "Some words to select."
    assert chat.text.count("Some words to select.") == 20


def test_what_another_tab_does_leaves_the_prose_alone(chat: ChatPage, new_page: NewPage) -> None:
    chat.ask(script(text="A note[^1].\n\n[^1]: The note.\n"))
    chat.has("complete")
    second = new_page(chat.url).open(f"/c/{chat.conversation}/").ready()
    second.page.evaluate("window.first = document.querySelector('.message.assistant .prose p')")
    chat.press("Good reply")
    expect(second.page.get_by_role("button", name="Good reply")).to_have_attribute("aria-pressed", "true")
    chat.ask(script(text="The second."))
    second.sees("The second.")
    second.has("complete")
    assert second.page.evaluate("first.isConnected")
    expect(second.page.locator(".footnotes")).to_have_text("The note. ↩")


def test_a_long_reply_is_loaded_at_its_end_and_what_is_above_is_skipped(chat: ChatPage) -> None:
    chat.ask(script(text=BLOCKS, repeat=LENGTH // len(BLOCKS), tokens=100))
    chat.page.wait_for_selector('.message.assistant[data-status="complete"]', timeout=60_000)
    read = chat.text
    chat.page.reload()
    chat.ready()
    expect(chat.reply.locator(".message-foot")).to_be_in_viewport()
    assert chat.reply.locator(".prose").evaluate(
        "prose => !prose.querySelector('p').checkVisibility({ contentVisibilityAuto: true })"
    )
    assert "".join(chat.text.split()) == "".join(read.split())
