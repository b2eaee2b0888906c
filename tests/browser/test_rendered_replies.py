"""What a reader sees of a reply's Markdown, and can do with it."""

from browser.chat_page import ChatPage, script
from browser.fixtures import NewPage, StartSite, sign_in
from playwright.sync_api import Route, expect

CODE = "```python\nprint('" + "x" * 300 + "')\n```"


def test_code_is_copied_as_it_was_written(chat: ChatPage) -> None:
    chat.ask(script(text="Look:\n\n```js\nif (a < b) {\n\treturn `汉字`;\n}\n```"))
    chat.has("complete")
    figure = chat.reply.locator("figure.code")
    expect(figure.locator("figcaption")).to_contain_text("js")
    figure.get_by_role("button", name="Copy").click()
    expect(chat.page.get_by_text("Copied")).to_be_visible()
    chat.box.press("Control+V")
    assert chat.box.input_value().rstrip() == "if (a < b) {\n\treturn `汉字`;\n}"


def test_wrapping_lines_holds_for_all_code_and_is_remembered(chat: ChatPage) -> None:
    chat.ask(script(text=f"{CODE}\n\n{CODE}"))
    chat.has("complete")
    wrap = chat.reply.get_by_role("button", name="Wrap lines")
    sideways = "figures => figures.map(figure => figure.scrollWidth > figure.clientWidth)"
    codes = chat.reply.locator("figure.code pre")
    assert codes.evaluate_all(sideways) == [True, True]
    expect(wrap.first).to_have_attribute("aria-pressed", "false")
    wrap.first.focus()
    chat.page.keyboard.press("Enter")
    expect(wrap.last).to_have_attribute("aria-pressed", "true")
    assert codes.evaluate_all(sideways) == [False, False]
    chat.page.reload()
    expect(wrap.last).to_have_attribute("aria-pressed", "true")
    assert codes.evaluate_all(sideways) == [False, False]


def test_code_of_a_running_reply_has_its_buttons(chat: ChatPage) -> None:
    chat.ask(script(pieces=[f"{CODE}\n", *["more "] * 60], delay=0.05))
    expect(chat.reply.get_by_role("button", name="Copy")).to_be_visible()
    assert chat.reply.get_attribute("data-status") == "streaming"
    chat.stop()
    expect(chat.reply.locator("figure").get_by_role("button")).to_have_count(2)


def test_a_formula_is_drawn_and_a_wide_one_scrolls_in_its_own_box(chat: ChatPage) -> None:
    chat.page.set_viewport_size({"width": 390, "height": 844})
    chat.ask(script(text=r"It is \(x^2\), for $5. $$" + " + ".join(["x_{n}"] * 60) + "$$"))
    chat.has("complete")
    inline, wide = chat.reply.locator("math").all()
    assert inline.evaluate("formula => getComputedStyle(formula).display") == "math"
    assert wide.evaluate("formula => formula.scrollWidth > formula.clientWidth")
    assert chat.page.evaluate("document.documentElement.scrollWidth") == 390
    expect(inline.locator("annotation")).to_be_hidden()


def test_no_picture_is_asked_for_unless_its_host_is_allowed(start_site: StartSite, new_page: NewPage) -> None:
    chat = sign_in(new_page(start_site(CHAT_IMAGE_HOSTS="http://pictures.test").url))
    asked: list[tuple[str, str | None]] = []

    def answer(route: Route) -> None:
        asked.append((route.request.url, route.request.headers.get("referer")))
        route.fulfill(content_type="image/svg+xml", body=PICTURE)

    chat.page.context.route("**/*.svg?*", answer)
    chat.ask(
        script(text="![A cat](http://pictures.test/cat.svg?a) ![Secret](http://evil.test/leak.svg?secret)")
    )
    chat.has("complete")
    cat = chat.reply.get_by_role("img", name="A cat")
    expect(cat).to_have_js_property("complete", True)
    assert cat.evaluate("picture => [picture.naturalWidth, picture.clientHeight]") == [4000, 448]
    assert asked == [("http://pictures.test/cat.svg?a", None)]
    expect(chat.reply.get_by_role("link", name="Secret")).to_be_visible()


PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="4000" height="4000"><rect width="9" height="9"/></svg>'
)
