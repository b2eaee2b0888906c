"""What a reader sees of a reply's Markdown, and can do with it."""

from browser.chat_page import ChatPage, script
from browser.fixtures import NewPage, StartSite, sign_in
from playwright.sync_api import Route, expect

CODE = "```python\nprint('" + "x" * 300 + "')\n```"


def test_code_is_copied_as_it_was_written(chat: ChatPage) -> None:
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chat.ask(script(text="Look:\n\n```js\nif (a < b) {\n\treturn `汉字`;\n}\n```"))
    chat.has("complete")
    figure = chat.reply.locator("figure.code")
    expect(figure.locator("figcaption")).to_contain_text("js")
    figure.get_by_role("button", name="Copy").click()
    expect(chat.page.get_by_text("Copied")).to_be_visible()
    copied = chat.page.evaluate("navigator.clipboard.readText()")
    assert copied.rstrip() == "if (a < b) {\n\treturn `汉字`;\n}"


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


def test_each_kind_of_block_is_rendered_while_the_reply_runs(chat: ChatPage) -> None:
    blocks = {
        "table td": "| a | b |\n|---|---|\n| 1 | 2 |\n",
        ".task-list-item input": "- [x] done\n- [ ] not done\n",
        "blockquote p": "> A quote.\n",
        "figure[data-language=python] code .k": "```python\ndef f(): pass\n```\n",
        "math[display=block]": "\\[ x^2 \\]\n",
        "h2": "## A heading\n",
    }
    pieces = [*("\n".join([*blocks.values(), ""])), *["more "] * 200]
    chat.ask(script(pieces=pieces, delay=0.02))
    chat.sees("more more more")
    assert chat.reply.get_attribute("data-status") == "streaming"
    for element in blocks:
        expect(chat.reply.locator(f".prose .block {element}").first).to_be_attached()
    chat.stop()


def test_the_marker_of_an_open_list_stands_where_its_words_begin(chat: ChatPage) -> None:
    chat.ask(script(pieces=["مرحبا\n\n", "- أول\n", "- ثان\n", "- ثالث ", *["كلمة "] * 200], delay=0.05))
    chat.sees("ثالث")
    item = chat.reply.locator(".tail .item").first
    marker = item.locator(".marker")
    right = "element => element.getBoundingClientRect().right"
    assert abs(item.evaluate(right) - marker.evaluate(right)) < 1
    chat.stop()


def test_prices_in_dollars_stay_prices(chat: ChatPage) -> None:
    prices = "It costs $5 to $10, or $1,200.50 a year; $20 and $30 together."
    chat.ask(script(text=f"{prices}\n\nBut \\(x\\), \\[y\\] and $$z$$ are formulas."))
    chat.has("complete")
    expect(chat.reply.locator(".prose p").first).to_have_text(prices)
    expect(chat.reply.locator("math")).to_have_count(3)


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
