"""Browsers that keep nothing for a site, or have no room left: the page works, and forgets."""

from browser.chat_page import ChatPage, script
from browser.cut_line import CutLine
from browser.fixtures import NewContext, sign_in
from playwright.sync_api import expect
from process.harness.processes import Server

DENIED = """
for (const name of ["localStorage", "sessionStorage", "indexedDB"])
  Object.defineProperty(window, name, { get() { throw new DOMException("Denied", "SecurityError"); } });
window.SharedWorker = class { constructor() { throw new DOMException("Denied", "SecurityError"); } };
"""
FULL = """() => {
  for (let size = 1 << 22; size > 0; size >>= 1)
    try { for (;;) localStorage.setItem("x" + Math.random(), "x".repeat(size)); } catch { }
}"""


def test_where_the_browser_keeps_nothing_one_can_ask_copy_and_delete(
    site: Server, new_context: NewContext
) -> None:
    device = new_context(permissions=["clipboard-read", "clipboard-write"])
    device.add_init_script(DENIED)
    chat = sign_in(ChatPage(device.new_page(), site.url))
    chat.ask(script(text="```python\nx = 1\n```\n", tokens=20, delay=0.02))
    chat.has("complete")
    chat.reply.get_by_role("button", name="Wrap lines").click()
    chat.page.reload()
    chat.sees("x = 1")
    chat.ready().ask(script(text="Again."))
    chat.has("complete")
    chat.page.locator("#conversation-menu-button").click()
    chat.page.locator("#conversation-menu .danger").click()
    expect(chat.page.locator("#empty")).to_be_visible()


def test_a_question_that_finds_no_room_is_asked_when_the_line_is_back(
    line: CutLine, new_context: NewContext
) -> None:
    chat = sign_in(ChatPage(new_context().new_page(), line.url))
    chat.page.evaluate(FULL)
    chat.box.fill("A draft for which there is no room")
    line.cut()
    chat.ask(script(text="Once."))
    expect(chat.page.get_by_text("Not sent yet")).to_be_visible()
    line.mend()
    chat.has("complete")
    expect(chat.box).to_have_value("")
    read = chat.page.request.get(f"{chat.url}/api/v1/conversations/{chat.conversation}").json()
    assert len(read["messages"]) == 2
