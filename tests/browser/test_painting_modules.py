"""The shape of a block that is still being written: by its text alone, however that was cut; and bounded."""

import random
from typing import Any

import pytest
from browser.chat_page import ChatPage

PAINT = """async (pieces) => {
  const { Tail } = await import("/static/chat/js/tail.js");
  const tail = new Tail();
  for (const piece of pieces) tail.append(piece);
  return tail.element.innerHTML;
}"""
GROUPS = """async (pieces) => {
  const { Tail } = await import("/static/chat/js/tail.js");
  const tail = new Tail();
  const groups = tail.element.getElementsByClassName("lines");
  let most = 0;
  let touched = 0;
  for (const piece of pieces) {
    const settled = [...groups].slice(0, -1).map((group) => group.lastChild);
    tail.append(piece);
    touched += settled.filter((last, index) => groups[index].lastChild !== last).length;
    most = Math.max(most, groups[groups.length - 1]?.textContent.length ?? 0);
  }
  return { text: tail.element.textContent, most, touched, groups: groups.length };
}"""
INLINE = """async ([text, grows]) => {
  const { inline } = await import("/static/chat/js/open_block.js");
  return inline(text, { grows }).pieces.map(({ text, styles }) => [text, styles.join(" ")]);
}"""


def painted(chat: ChatPage, *pieces: str) -> str:
    html: str = chat.page.evaluate(PAINT, list(pieces))
    return html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("\n\n", ""),
        ("Some *words* and", '<p class="lines">Some <em>words</em> and</p>'),
        ("one\ntwo\n", '<p class="lines">one\ntwo\n</p>'),
        ("<b>x</b>", '<div class="lines source">&lt;b&gt;x&lt;/b&gt;</div>'),
        ("#", ""),
        ("## A ti", "<h2>A ti</h2>"),
        ("## A title\n\nand what follows", '<h2>A title</h2><p class="lines">and what follows</p>'),
        ("# \n", '<p class="lines"># \n</p>'),
        ("#hash", '<p class="lines">#hash</p>'),
        ("``", ""),
        (
            "```py",
            '<figure class="code"><figcaption>py</figcaption><pre tabindex="0"><code></code></pre></figure>',
        ),
        ("> a\n> **b", '<blockquote><p class="lines">a\n<strong>b</strong></p></blockquote>'),
        ("-", ""),
        (
            "- a\n  1. [x] b",
            (
                '<div class="lines"><div class="item depth-0"><span class="marker">•</span>a</div>'
                '<div class="item depth-1"><span class="marker">☑</span>b</div></div>'
            ),
        ),
        (
            "| a | b |\n|---|---|\n| c \\| d | **e",
            (
                '<div class="table" tabindex="0"><table><tr><th>a</th><th>b</th></tr>'
                "<tr><td>c | d</td><td><strong>e</strong></td></tr></table></div>"
            ),
        ),
        ("$$\nx * y", '<div class="lines source">$$\nx * y</div>'),
    ],
)
def test_a_block_has_the_shape_that_it_will_have(chat: ChatPage, text: str, html: str) -> None:
    assert painted(chat, text) == html
    assert painted(chat, *text) == html


def test_open_code_shows_neither_its_fence_nor_what_may_become_one(chat: ChatPage) -> None:
    for text in ("```py\nx = 1\n", "```py\nx = 1\n``", "```py\nx = 1\n```", "```py\nx = 1\n```\n"):
        assert '<code><div class="lines">x = 1\n</div></code>' in painted(chat, text)
        assert painted(chat, *text) == painted(chat, text)
    assert "`x`</div>" in painted(chat, "```py\n`x`")


@pytest.mark.parametrize(
    ("text", "grows", "pieces"),
    [
        (
            "a **b** `c*d*` ~~e~~",
            False,
            [["a ", ""], ["b", "strong"], [" ", ""], ["c*d*", "code"], [" ", ""], ["e", "del"]],
        ),
        ("a **b *c", True, [["a ", ""], ["b ", "strong"], ["c", "strong em"]]),
        ("a **b", False, [["a **b", ""]]),
        ("a **", True, [["a ", ""]]),
        ("2 * 3 * 4, 2*3*4", True, [["2 * 3 * 4, 2*3*4", ""]]),
        (
            "see [the page](https://x.example/a) or [the",
            True,
            [["see ", ""], ["the page", "link"], [" or ", ""], ["the", ""]],
        ),
        ("``a ` b`` `c", True, [["a ` b", "code"], [" ", ""], ["c", "code"]]),
        (
            "\\*a\\* \\(x*y*z\\)",
            False,
            [["", ""], ["*", ""], ["a", ""], ["*", ""], [" ", ""], ["\\(x*y*z\\)", "code"]],
        ),
    ],
)
def test_inline_marks_count_while_they_are_written(
    chat: ChatPage, text: str, grows: bool, pieces: list[Any]
) -> None:
    assert chat.page.evaluate(INLINE, [text, grows]) == [piece for piece in pieces if piece[0]]


LONG = 100_000
TEXTS = {
    "code": "```python\n" + "total = total + 1  # one line\n" * (LONG // 30),
    "lines": "one line of a paragraph\n" * (LONG // 24),
    "line": "one word and *another*, " * (LONG // 24),
    "marks": "**a *b `c " * (LONG // 10),
    "no spaces": "x" * LONG,
    "brackets": "[(" * (LONG // 2),
    "list": "- one item\n" * (LONG // 11),
    "quote": "> one line\n" * (LONG // 11),
    "escapes": "\\(" * (LONG // 2),
}


@pytest.mark.parametrize("name", TEXTS)
def test_however_long_a_block_is_the_part_that_grows_is_short(chat: ChatPage, name: str) -> None:
    text = TEXTS[name]
    cuts = random.Random(1)  # the same cuts each time
    pieces, at = [], 0
    while at < len(text):
        size = cuts.randint(1, 400)
        pieces.append(text[at : at + size])
        at += size
    for cut in (pieces, [text]):
        found = chat.page.evaluate(GROUPS, cut)
        assert found["most"] <= 12_000
        assert found["touched"] == 0
    if name in {"code", "lines", "no spaces"}:
        assert found["text"] == text.replace("```python\n", "python")
