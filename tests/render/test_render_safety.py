"""Nothing that a model writes can run, load, style or hang anything."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render.rendered_html import Harm

from chat.render import render

CLASSICS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>",
    "<style>*{background:url(https://evil.example/)}</style>",
    "<p style='position:fixed' id=x name=y class=z>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<form action='https://evil.example/'><button formaction='javascript:alert(1)'>",
    "<a href='javascript:alert(1)'>a</a><base href='//evil.example'><meta http-equiv=refresh>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]><?php <script>alert(1)</script> ?>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](javascript&colon;alert(1))",
    "[a](java\tscript:alert(1))",
    "[a](<java\nscript:alert(1)>)",
    "[a](\x01javascript:alert(1))",
    "[a](\u2028javascript:alert(1))",
    "[a](vbscript:x) [b](file:///etc/passwd) [c](blob:x) [d](//evil.example) [e](/api/v1/chat) [f](#main)",
    "[a](data:text/html;base64,PHNjcmlwdD4=) ![b](data:image/svg+xml,<svg/onload=alert(1)>)",
    '[a](https://x.example "\\" onmouseover=alert(1) x=\\"")',
    '[a](https://x.example/"onmouseover="alert(1))',
    "[a]: javascript:alert(1)\n\n[a] [b][a] ![c][a]",
    "<javascript:alert(1)> <https://x.example/\"onclick='alert(1)'>",
    '![a"onerror="alert(1)](https://x.example/b.png "c\\"d")',
    "![a](https://x.example/?secret=1) [![b](https://x.example/b)](https://y.example)",
    '```"><script>alert(1)</script>\nx\n```',
    "```html\n<script>alert(1)</script></code></pre></figure><script>alert(1)</script>\n```",
    "~~~x onload=alert(1) style=y\nx\n~~~",
    "`</code><script>alert(1)</script>`",
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "[^x]\n\n[^x]: <script>alert(1)</script>",
    '[^"onclick=alert(1)]\n\n[^"onclick=alert(1)]: a',
    "＜script＞alert(1)＜/script＞ \u202e<script>\ufeff\u200b",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;script&#62;",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "\\(\\text{<script>alert(1)</script>} <img src=x onerror=alert(1)>\\)",
    "$$\\href{javascript:alert(1)}{x} \\style{position:fixed}{x} \\class{x}{x} \\color{red}{x}$$",
    "\\[\\text{</annotation></semantics></math><script>alert(1)</script>}\\]",
    "\\(\\text{&lt;script&gt;alert(1)&#x3c;/script&#x3e;}\\) \\(\\verb|<script>|\\)",
    '$$</span><script>alert(1)</script>$$ <span data-math-style="inline">x</span>',
    "```math\n</code></pre><script>alert(1)</script>\n```",
)


@pytest.mark.parametrize("markdown", CLASSICS)
def test_the_classics_are_harmless(markdown: str) -> None:
    assert Harm(render(markdown)).found == []


HOSTILE = (
    "<",
    ">",
    '"',
    "'",
    "&",
    "`",
    "```",
    "\n",
    "](",
    "![",
    "[",
    ")",
    "javascript:",
    "<script>",
    "onerror=",
    "|",
    "\x00",
    "$$",
    "\\(",
    "\\)",
    "\\text{",
    "}",
    "\U000f0000",
)


@given(st.text() | st.lists(st.sampled_from(HOSTILE) | st.text(max_size=3), max_size=20).map("".join))
def test_random_text_is_harmless(markdown: str) -> None:
    assert Harm(render(markdown)).found == []


@given(st.text(st.characters(categories=("Cs", "Cc", "Ll"))))
def test_lone_surrogates_and_control_characters_are_no_error(markdown: str) -> None:
    render(markdown).encode()


@pytest.mark.parametrize(
    "markdown",
    [
        ">" * 100_000,
        ">   " * 50_000 + "a",
        "- " * 50_000 + "a",
        "[" * 100_000,
        "![" * 50_000 + "](a)" * 50_000,
        "*" * 50_000 + "a" + "*" * 50_000,
        "**a *b " * 20_000,
        "`" * 50_000 + " " + "`a" * 50_000,
        "<" * 100_000,
        "<a " * 50_000,
        "|a" * 500 + "\n" + "|-" * 500 + "\n" + "a\n" * 2_000,
        "[^" * 50_000,
        "a" * 1_000_000,
        "&" * 300_000,
        "\x00" * 100_000,
        "\ud800" * 100_000,
        "```python\n" + "(" * 40_000 + "\n```",
        "```python\n" + "x = '''\n" * 5_000 + "```",
        "```perl\n" + "s{" * 900 + "\n```",
        "```" + "x" * 100_000 + "\na\n```",
        "\\(" + "\\sqrt" * 600 + "\\)",
        "\\(" + "{" * 2_000 + "}" * 2_000 + "\\)",
        "\\(" + "x" * 1_000_000 + "\\)",
        "\\(&\\)" * 50_000,
        "\\(\\def\\a{xx}\\def\\b{\\a\\a}\\def\\c{\\b\\b}\\def\\d{\\c\\c}\\d\\)",
        "\\(\\begin{matrix}" * 10_000,
        "$$" * 50_000,
        "$$x " * 50_000,
        "x$$ " * 50_000,
        "$$\n" * 50_000,
        "`$$`` " * 20_000,
        "\\[ " * 50_000,
        "$$" + "".join(map(chr, range(0xF0000, 0xFFFFE))),
    ],
    ids=lambda markdown: ascii(markdown[:12]),
)
def test_text_that_is_made_to_hang_or_crash_is_rendered(markdown: str) -> None:
    assert Harm(render(markdown)).found == []


@pytest.mark.parametrize("begins", ["\\(", "\\[", "(\\", "\\( \\[ $$ ", "> \\(\n", "\\(`"])
def test_formulas_that_never_end_take_no_minutes(begins: str) -> None:
    before = time.thread_time()
    assert Harm(render(begins * (1_000_000 // len(begins)))).found == []
    # Quadratic it would be a hundred times as much; a loaded machine is not.
    assert time.thread_time() - before < 20


def test_what_never_ends_leaves_other_formulas_alone() -> None:
    assert render("\\(a\\) " * 2000 + "\n\n" + "\\( " * 2000).count("<math") == 2000


def test_what_nests_too_deep_is_shown_as_it_was_written() -> None:
    markdown = "> " * 300 + "a & b"
    assert render(markdown) == '<pre tabindex="0">' + "&gt; " * 300 + "a &amp; b</pre>\n"


def test_html_does_not_grow_without_bound() -> None:
    markdown = "|a" * 500 + "\n" + "|-" * 500 + "\n" + "a\n" * 2_000
    assert len(render(markdown)) < 2 * len(markdown)
