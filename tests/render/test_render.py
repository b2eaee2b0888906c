"""What Markdown looks like in the page."""

import re

import pytest

from chat.render import render
from chat.render.markdown import LONG


def link(href: str) -> str:
    return f'<a target="_blank" href="{href}" rel="noopener noreferrer nofollow">'


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("# Title", "<h1>Title</h1>\n"),
        ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>\n"),
        ("a  \nb\n\n---", "<p>a<br>\nb</p>\n<hr>\n"),
        ("3. a\n4. b", '<ol dir="auto" start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'),
        ("> a", '<blockquote dir="auto">\n<p>a</p>\n</blockquote>\n'),
        ("a <b>c</b>", "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n"),
    ],
)
def test_the_usual_elements(markdown: str, html: str) -> None:
    assert render(markdown) == html


@pytest.mark.parametrize(
    ("markdown", "href"),
    [
        ("[a](https://x.example/?b=1&c=2)", "https://x.example/?b=1&amp;c=2"),
        ("<mailto:a@x.example>", "mailto:a@x.example"),
        ("www.x.example", "http://www.x.example"),
    ],
)
def test_links_open_elsewhere_and_tell_nothing(markdown: str, href: str) -> None:
    assert link(href) in render(markdown)


def test_other_links_lead_nowhere() -> None:
    assert "href" not in render("[a](/admin/) [b](#top) [c](//x.example) [d](ftp://x.example)")


def test_an_image_becomes_a_link_with_its_description() -> None:
    assert link("https://x.example/a.png") + "A cat</a>" in render("![A cat](https://x.example/a.png)")
    assert link("https://x.example/a.png") + "a.png</a>" in render("![](https://x.example/a.png)")


def test_an_image_inside_a_link_leaves_its_description_there() -> None:
    html = render("[![Build](https://x.example/badge.svg)](https://y.example)")
    assert link("https://y.example") + "Build</a>" in html
    assert "badge" not in html


def picture(source: str, alternative: str) -> str:
    how = 'loading="lazy" decoding="async" referrerpolicy="no-referrer"'
    return f'<img src="{source}" alt="{alternative}" {how}>'


def test_an_image_from_an_allowed_host_is_shown_and_leads_to_its_full_size() -> None:
    html = render("![A cat](https://x.example/a.png)", images={"https://x.example"})
    assert link("https://x.example/a.png") + picture("https://x.example/a.png", "A cat") + "</a>" in html


def test_an_allowed_image_inside_a_link_leads_where_the_link_does() -> None:
    html = render("[![B](https://x.example/b.svg)](https://y.example)", images={"https://x.example"})
    assert link("https://y.example") + picture("https://x.example/b.svg", "B") + "</a>" in html


@pytest.mark.parametrize(
    "source",
    [
        "http://x.example/a.png",
        "https://x.example:8443/a.png",
        "https://x.example.evil.example/a.png",
        "https://evil.example/https://x.example/a.png",
        "https://x.example@evil.example/a.png",
        "https://x.example\\@evil.example/a.png",
        "https://x.example?.evil.example/a.png",
        "https://evil.example#x.example/a.png",
        "//x.example/a.png",
        "/a.png",
        "data:image/png;base64,AAAA",
    ],
)
def test_an_image_from_anywhere_else_is_no_image(source: str) -> None:
    assert "<img" not in render(f"![A cat]({source})", images={"https://x.example"})


def test_code_has_its_language() -> None:
    html = render('```python title="x"\ndef f(): pass\n```')
    assert html.startswith(
        '<figure class="code" data-language="python"><figcaption>python</figcaption>'
        '<pre tabindex="0"><code><span class="k">def</span>'
    )
    assert html.endswith("\n</code></pre></figure>\n")


@pytest.mark.parametrize("language", ["", "nosuchlanguage", "c++++"])
def test_code_in_no_known_language_is_plain(language: str) -> None:
    assert f'<pre tabindex="0"><code>a &lt; b{chr(10)}</code></pre>' in render(f"```{language}\na < b\n```")


@pytest.mark.parametrize("code", ["x = 1\n" * 10_000, "x = 1; " * 1_000])
def test_very_long_code_is_not_highlighted(code: str) -> None:
    html = render(f"```python\n{code}\n```")
    assert 'data-language="python"' in html
    assert "<span" not in html


def test_code_keeps_every_character() -> None:
    assert '<pre tabindex="0"><code>\n\n  a\t\x0cb\n\n</code></pre>' in render("```\n\n\n  a\t\x0cb\n\n```")


def test_a_table_scrolls_in_a_frame_of_its_own() -> None:
    html = render("| a |\n|--:|\n| b |")
    assert html.startswith('<div class="table" tabindex="0"><table dir="auto">')
    assert '<td align="right">b</td>' in html
    assert html.endswith("</table></div>\n")


def test_tasks_are_boxes_that_cannot_be_changed_and_are_read_out() -> None:
    html = render("- [x] a\n- [ ] b")
    box = '<input aria-hidden="true" type="checkbox" class="task-list-item-checkbox"'
    assert f'{box} checked="" disabled=""><span class="sr-only">☑</span> a' in html
    assert f'{box} disabled=""><span class="sr-only">☐</span> b' in html


def test_the_server_adds_no_words_of_any_language() -> None:
    html = render("```\nx\n```\n\n- [x] x\n\n![](https://x.example/x) x[^x]\n\n[^x]: x")
    assert "label" not in html
    assert re.findall(r">[^<]*[A-Za-wyz][^<]*<", html) == []


def test_footnotes_of_two_texts_do_not_meet() -> None:
    one, two = render("a[^1]\n\n[^1]: b"), render("c[^1]\n\n[^1]: d")
    (first,) = {part.split('"')[0] for part in one.split('id="')[1:] if "fnref" not in part.split('"')[0]}
    assert f'href="#{first}"' in one
    assert first not in two


def test_html_is_shown_line_by_line_as_it_was_written() -> None:
    assert render("<div>\n  <b>a</b>\n</div>") == (
        '<div class="markup">&lt;div&gt;</div>\n<div class="markup">  &lt;b&gt;a&lt;/b&gt;</div>\n'
        '<div class="markup">&lt;/div&gt;</div>\n'
    )


def test_a_long_text_comes_in_sections_that_a_browser_can_skip() -> None:
    block = "## A heading\n\nA paragraph.\n\n- an item\n\n---\n\n"
    count = LONG // len(block) + 1
    html = render(block * count)
    first, *others = html.removesuffix("</div>").split('</div><div class="section">')
    sections = [first.removeprefix('<div class="section">'), *others]
    assert "".join(sections) == render(block) * count
    assert len(sections) > 10
    # A margin above the first element of a section would not collapse with the one of the section before.
    assert all(section.startswith(("<p>", "<ul")) for section in others)


def test_an_ordinary_text_and_one_long_block_have_no_sections() -> None:
    assert "section" not in render("A paragraph.\n\n" * 100)
    assert "section" not in render("- an item\n" * LONG)
