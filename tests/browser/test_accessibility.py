"""Every page passes axe-core, on a phone and a desk, light and dark, in both languages."""

from collections.abc import Callable

import pytest
from browser.axe import violations
from browser.chat_page import ChatPage, script
from playwright.sync_api import BrowserContext, expect

LOOKS = [
    pytest.param(("light", 1440, "en"), id="desk-light-en"),
    pytest.param(("dark", 1440, "zh-CN"), id="desk-dark-zh"),
    pytest.param(("light", 390, "zh-CN"), id="phone-light-zh"),
    pytest.param(("dark", 390, "en"), id="phone-dark-en"),
]
RICH = (
    "# A heading\n\nA paragraph with `code`, a [link](https://example.org) and a note[^1].\n\n"
    "| Name | Number |\n|---|--:|\n| one | 1 |\n\n- [x] done\n- [ ] not done\n\n> A quote.\n\n"
    "```python\ndef f(x: int) -> str:\n    return 'x' * x  # a comment\n```\n\n"
    "$$\\frac{a}{b}$$\n\n[^1]: The note.\n"
)


@pytest.fixture(params=LOOKS)
def look(request: pytest.FixtureRequest, context: BrowserContext, chat: ChatPage) -> ChatPage:
    """Alice's tab in one of the looks, with a conversation open that has everything in it."""
    scheme, width, language = request.param
    chat.ask(script(text=RICH, reasoning="First I think.", title="A rich reply"))
    chat.has("complete")
    context.set_extra_http_headers({"Accept-Language": language})
    chat.page.emulate_media(color_scheme=scheme)
    chat.page.set_viewport_size({"width": width, "height": 900})
    return chat


Reach = Callable[[ChatPage], object]


def signed_out(chat: ChatPage) -> ChatPage:
    chat.page.context.clear_cookies()
    return chat


PAGES: dict[str, Reach] = {
    "a conversation": lambda chat: chat.page.reload(),
    "a new chat": lambda chat: chat.open("/"),
    "the settings": lambda chat: chat.open("/settings/"),
    "nothing there": lambda chat: chat.open("/nothing/"),
    "the API's page": lambda chat: chat.open("/api/v1/docs"),
    "signing in": lambda chat: signed_out(chat).open("/accounts/login/"),
}


def test_every_page_can_be_used_by_everybody(look: ChatPage) -> None:
    found = []
    for name, reach in PAGES.items():
        reach(look)
        # A page that is live is never without traffic: the list of models is the last thing that it makes.
        expect(look.page.locator("#model[hidden]")).to_have_count(0, timeout=20_000)
        found += [f"{name}: {violation}" for violation in violations(look.page)]
    assert not found, "\n".join(found)


def test_a_reply_that_runs_can_be_used_by_everybody(chat: ChatPage) -> None:
    chat.ask(script(text=RICH.replace("[^1]", "") * 4, tokens=400, delay=0.3))
    chat.sees("A paragraph")
    assert violations(chat.page) == []
    chat.stop()


def test_an_open_menu_can_be_used_by_everybody(chat: ChatPage) -> None:
    chat.ask(script(text="Yes.", title="Menus"))
    chat.has("complete")
    chat.page.locator(".conversation").first.hover()
    chat.page.locator(".conversation summary").first.click()
    assert violations(chat.page) == []


def test_a_reply_is_announced_at_its_start_and_its_end_alone(chat: ChatPage) -> None:
    chat.page.evaluate(
        """() => {
          window.announced = [];
          const note = (changes) => changes.forEach(({ target }) => announced.push(target.textContent));
          const live = document.querySelectorAll("[aria-live], [role=status], [role=alert]");
          const all = { childList: true, subtree: true };
          for (const element of live) new MutationObserver(note).observe(element, all);
        }"""
    )
    chat.ask(script(tokens=60, delay=0.02))
    chat.has("complete")
    assert chat.page.evaluate("announced") == ["The reply begins.", "The reply is complete."]
    assert chat.page.locator("#transcript").evaluate("it => it.closest('[aria-live]') === null")
    expect(chat.box).to_be_focused()


def test_who_wants_less_motion_sees_none(chat: ChatPage) -> None:
    chat.page.emulate_media(reduced_motion="reduce")
    chat.ask(script(first_delay=2, text="A line.\n\n", repeat=80))
    expect(chat.page.locator("[data-status=streaming] .note")).to_be_visible()
    assert chat.page.evaluate("document.getAnimations().length") == 0
    chat.has("complete")
    chat.page.locator("#scroll").evaluate("scroll => { scroll.scrollTop = 200; }")
    chat.page.get_by_role("button", name="To the end").click()
    # At once: no frame lies between.
    assert (
        chat.page.evaluate(
            "(s => s.scrollHeight - s.scrollTop - s.clientHeight)(document.getElementById('scroll'))"
        )
        <= 1
    )
