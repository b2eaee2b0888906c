"""What a first visit costs: bytes over the line, and nothing that the first paint would wait for."""

from browser.chat_page import ChatPage, script
from playwright.sync_api import BrowserContext, CDPSession, expect

MOST = 150_000
"""Bytes, compressed as they travel, headers included."""


def test_a_first_load_weighs_less_than_150_kb(chat: ChatPage, context: BrowserContext) -> None:
    chat.ask(script(text="# Hello\n\n```python\nx = 1\n```\n", title="Light"))
    chat.has("complete")
    expect(chat.page).to_have_title("Light · Holdfast")  # or this news would come while the next page loads
    address = f"/c/{chat.conversation}/"
    page = context.new_page()
    devtools: CDPSession = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    weights: list[float] = []
    devtools.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    ChatPage(page, chat.url).open(address).ready()
    print(f"first load: {sum(weights) / 1000:.0f} kB in {len(weights)} requests")
    assert 0 < sum(weights) < MOST


def test_the_next_page_asks_for_no_asset_again(chat: ChatPage) -> None:
    asked: list[str] = []
    chat.open("/").ready()
    chat.page.on("request", lambda request: asked.append(request.url))
    chat.open("/").ready()
    loaded = "performance.getEntriesByType('resource').filter(({transferSize}) => transferSize > 0)"
    again: list[str] = chat.page.evaluate(f"{loaded}.map(({{name}}) => name)")
    assert [url for url in again if "/static/" in url] == []
    assert any("/static/" in url for url in asked), "they come from what the browser kept"


def test_no_script_stands_in_the_way_of_the_first_paint(chat: ChatPage) -> None:
    for path in ("/", "/settings/", "/accounts/login/"):
        chat.open(path)
        blocking = chat.page.evaluate(
            """[...document.scripts].filter(({src, defer, async, type}) =>
                src && !defer && !async && type !== "module").map(({src}) => src)"""
        )
        assert blocking == []


def test_the_page_is_painted_while_its_scripts_never_come(chat: ChatPage) -> None:
    chat.ask(script(text="Readable **at once**.", title="Scriptless"))
    chat.has("complete")
    page = chat.page.context.new_page()
    page.route("**/*.js", lambda route: None)  # asked for, and never answered
    page.goto(f"{chat.url}/c/{chat.conversation}/", wait_until="commit")
    assert page.locator(".prose strong").inner_text() == "at once"
    painted = "(done) => new PerformanceObserver(done).observe({type: 'paint', buffered: true})"
    page.evaluate(f"new Promise({painted})")


def test_an_empty_page_that_is_too_low_begins_at_its_top(chat: ChatPage) -> None:
    chat.page.set_viewport_size({"width": 640, "height": 400})  # 200 % zoom
    chat.open("/").ready()
    expect(chat.page.get_by_role("heading", name="What would you like to know?")).to_be_in_viewport(ratio=1)
    chat.ask(script(tokens=300))
    chat.has("complete")
    expect(chat.page.locator(".message-foot").last).to_be_in_viewport()


def test_every_page_has_the_sites_name_and_icon_and_an_error_its_style(chat: ChatPage) -> None:
    for path, title in (
        ("/", "Holdfast"),
        ("/settings/", "Holdfast"),
        ("/nothing/", "There is nothing here"),
    ):
        chat.open(path)
        assert title in chat.page.title()
        icon = chat.page.locator("link[rel=icon]").get_attribute("href")
        assert chat.page.request.get(f"{chat.url}{icon}").headers["content-type"] == "image/svg+xml"
    card = chat.page.locator(".card.error")
    expect(card.get_by_role("link", name="To your conversations")).to_be_visible()
    assert card.evaluate("card => getComputedStyle(card).borderRadius") != "0px"
