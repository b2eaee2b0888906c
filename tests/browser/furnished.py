"""A site where Alice has used everything: conversations of each kind, links, keys, invitations."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from browser.chat_page import ChatPage, script
from browser.fixtures import StartSite, sign_in
from playwright.sync_api import Browser, Page, StorageState
from process.harness.processes import Server, manage

RICH = (
    "# A heading\n\nA paragraph with `code`, a [link](https://example.org) and a note[^1].\n\n"
    "| Name | Number |\n|---|--:|\n| one | 1 |\n\n- [x] done\n- [ ] not done\n\n> A quote.\n\n"
    "```python\ndef f(x: int) -> str:\n"
    "    return 'x' * x  # a comment that goes on for longer than a narrow page has room for, and on\n```\n\n"
    "![A picture](https://pictures.example/cat.png)\n\n"
    "$$\\sum_{k=1}^{n} \\frac{a_k + b_k}{c_k} = \\int_0^1 f(x)\\,dx + "
    "\\sqrt{\\frac{a^2 + b^2 + c^2 + d^2}{a + b + c + d}} + \\prod_{j=1}^{m} (1 + x_j)$$\n\n[^1]: The note.\n"
)
LONG_WORD = "https://example.org/" + "a-very-long-address-without-any-space" * 4
LONG = 60
"""Questions of the long conversation: more than one part of it."""

# What the client of `service` asks; where `leave`, it goes away after the first words.
ASK = """async ([path, body, leave]) => {
  const { request } = await import("/static/chat/js/api.js");
  let response;
  for (let tries = 0; ; tries += 1) {
    response = await request(path, { method: "POST", body, headers: { Accept: "text/event-stream" } });
    if (response.ok) break;
    const why = await response.text();
    // One that was left ends a moment later.
    if (tries === 50 || !why.includes("reply_running")) throw new Error(why);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const reader = response.body.getReader();
  let got = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return got;
    got += new TextDecoder().decode(value);
    if (!leave || !got.includes('"delta"')) continue;
    await reader.cancel();
    return got;
  }
}"""
CALL = """async ([path, method, body]) => {
  const { call } = await import("/static/chat/js/api.js");
  return await call(path, { method, body });
}"""
FILE = """async () => {
  const { csrfToken } = await import("/static/chat/js/api.js");
  const headers = { "X-CSRFToken": csrfToken(), "Content-Type": "application/octet-stream" };
  const body = new Blob(["The cat sat on the mat."]);
  const answer = await fetch("/api/v1/attachments?name=notes.txt", { method: "POST", headers, body });
  return (await answer.json()).id;
}"""


@dataclass(frozen=True, slots=True)
class Places:
    """Where it all is."""

    rich: str
    ends: str
    long: str
    temporary: str
    found: str
    shared: str
    invitation: str
    reset: str


@dataclass(frozen=True, slots=True)
class Furnished:
    url: str
    places: Places
    session: StorageState


@pytest.fixture(scope="session")
def furnished(start_shared_site: StartSite, chromium: Browser) -> Furnished:
    """The site, and Alice's session on it."""
    site = start_shared_site(CHAT_MODELS="scripted-vision,scripted", CHAT_SIGN_UP="open")
    context = chromium.new_context()
    context.set_default_timeout(20_000)
    places = furnish(sign_in(ChatPage(context.new_page(), site.url)), site)
    session = context.storage_state()
    context.close()
    return Furnished(site.url, places, session)


def furnish(chat: ChatPage, site: Server) -> Places:
    page = chat.page
    rich = _ask(page, script(text=RICH, reasoning="First I think. " * 20, title="A rich reply"))
    _call(page, f"messages/{rich['reply']}/feedback", "PUT", rating=-1, comment="Too short.")
    _call(page, f"conversations/{rich['conversation']}", "PATCH", pinned=True)
    _ask(page, script(text=f"See {LONG_WORD}"), conversation=rich["conversation"])
    # A second version of a question with a file, and of its reply.
    question: dict[str, Any] = {"conversation": rich["conversation"], "parent": rich["reply"]}
    again = _ask(page, script(text="Better."), attachments=[page.evaluate(FILE)], **question)
    page.evaluate(ASK, [f"messages/{again['reply']}/regenerate", {}, False])

    ends = _ask(page, script(text="Whole.", title="其他结尾的一次很长的对话标题"))
    here: dict[str, Any] = {"conversation": ends["conversation"]}
    _ask(page, script(tokens=400, delay=0.05), leave=True, **here)
    _ask(page, script(tokens=3, finish_reason="length"), **here)
    _ask(page, script(fail="status", status=500, error={"message": "Out of order"}), **here)

    long = _ask(page, script(text="The needle is here.", title="Long"))
    for number in range(LONG):
        _ask(page, script(text=f"Reply {number}"), conversation=long["conversation"])
    temporary = _ask(page, script(text="Between us."), temporary=True)
    found = f"/c/{long['conversation']}/?at={long['reply']}&q=needle"

    chat.open(f"/c/{rich['conversation']}/share/")
    page.locator(".make-link .button").click()
    shared = page.locator("#new-link").input_value().removeprefix(site.url)
    chat.open("/settings/keys/")
    page.locator("#key-name").fill("A program")
    page.locator(".make-key .button").click()
    page.locator("#new-key").wait_for()
    return Places(
        rich=f"/c/{rich['conversation']}/",
        ends=f"/c/{ends['conversation']}/",
        long=f"/c/{long['conversation']}/",
        temporary=f"/c/{temporary['conversation']}/",
        found=found,
        shared=shared,
        invitation=_path(manage(site.settings, "create_invitation")),
        reset=_path(manage(site.settings, "create_reset_link", "alice")),
    )


def _path(printed: str) -> str:
    return "/" + printed.strip().split("/", 3)[3]


def _call(page: Page, path: str, method: str, **body: Any) -> None:
    page.evaluate(CALL, [path, method, body])


def _ask(page: Page, content: str, *, leave: bool = False, **fields: Any) -> dict[str, str]:
    """Ask, and read to the end; the stream's `start`."""
    got: str = page.evaluate(ASK, ["chat", {"content": content, **fields}, leave])
    first = next(line for line in got.splitlines() if '"start"' in line)
    start: dict[str, str] = json.loads(first.removeprefix("data: "))
    return start
