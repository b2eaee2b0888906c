"""TeX becomes MathML, with its source beside it; prices, code and links are let be."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.render import render

SOURCES = re.compile(r'<annotation encoding="application/x-tex">([^<]*)</annotation>')


def mathml(html: str) -> str:
    (found,) = re.findall(r"<math .*?</math>", html, re.DOTALL)
    return SOURCES.sub("", found)


@pytest.mark.parametrize(
    ("markdown", "display"),
    [
        (r"a \(x\) b", "inline"),
        (r"a \[x\] b", "block"),
        ("a $$x$$ b", "block"),
        ("$$ x $$", "block"),
        ("- $$ x $$", "block"),
        ("$$\nx\n$$", "block"),
        ("> \\[\n> x\n> \\]", "block"),
        ("| a |\n|---|\n| $$x$$ |", "block"),
        ("```math\nx\n```", "block"),
    ],
)
def test_each_way_to_write_a_formula_is_known(markdown: str, display: str) -> None:
    # Display math may be wider than the page: then it is scrolled, by a keyboard too.
    focusable = ' tabindex="0"' if display == "block" else ""
    assert mathml(render(markdown)) == (
        f'<math display="{display}"{focusable}><semantics><mrow><mi>x</mi></mrow></semantics></math>'
    )


def test_the_source_is_there_to_copy() -> None:
    assert SOURCES.findall(render(r"\(a < b\) and $$\frac{1}{2}$$")) == ["a &lt; b", r"\frac{1}{2}"]


@pytest.mark.parametrize(
    "text",
    [
        "It is $5 and not $10.",
        "$5, $6*2* or ($7)$",
        "It costs $$5 and $$10.",
        "I have $$ and $$ more",
        "$$$ is dear, $$$",
        "one $$ alone",
        "\\$$x$$",
    ],
)
def test_prices_stay_prices(text: str) -> None:
    html = render(text)
    assert "<math" not in html
    assert html.count("$") == text.count("$")


@pytest.mark.parametrize(
    "markdown",
    ["`$$x$$`", r"`\(x\)`", "```\n$$x$$\n```", "    $$x$$", "`` ` $$x$$ ``", "<div>$$x$$</div>", r"\\(x\\)"],
)
def test_code_and_html_show_what_was_written(markdown: str) -> None:
    html = render(markdown)
    assert "<math" not in html
    assert markdown.strip("` \n").removeprefix("<div>").removesuffix("</div>").replace("\\\\", "\\") in html


def test_a_dollar_in_code_opens_no_formula() -> None:
    assert SOURCES.findall(render("the `$$` of $$x$$ and `$$`")) == ["x"]


def test_an_address_keeps_its_dollars() -> None:
    assert 'href="https://x.example/$$a$$"' in render("[a](https://x.example/$$a$$)")
    assert 'href="https://x.example/$$a$$"' in render("https://x.example/$$a$$")


def test_lines_of_display_math_are_no_lists_headings_or_tables() -> None:
    lines = "a\n- b\n# c\n+ d\n1. e\n===\n> f\n|--|"
    for opening, closing in (("$$", "$$"), ("\\[", "\\]")):
        html = render(f"Text\n{opening}\n{lines}\n{closing}\nmore")
        assert SOURCES.findall(html) == [lines.replace(">", "&gt;")]
        assert html.count("<p>") == 1


def test_underlines_and_stars_in_a_formula_are_its_own() -> None:
    assert SOURCES.findall(render(r"$$a_1 * b_1 * \{c\} \\ d$$")) == [r"a_1 * b_1 * \{c\} \\ d"]


@pytest.mark.parametrize("name", ["aligned", "align", "align*", "alignat{2}", "split", "eqnarray"])
def test_equations_are_aligned(name: str) -> None:
    name, _, columns = name.partition("{")
    html = mathml(render(rf"$$\begin{{{name}}}{columns and '{' + columns} a &= b \\ c &= d \end{{{name}}}$$"))
    assert html.count("<mtr>") == 2
    assert '<mtd columnalign="right"><mi>a</mi></mtd><mtd columnalign="left">' in html


@pytest.mark.parametrize("name", ["matrix", "pmatrix", "bmatrix", "vmatrix", "cases", "dcases", "gathered"])
def test_matrices_and_cases_have_rows(name: str) -> None:
    assert mathml(render(rf"$$\begin{{{name}}} 1 \\ 2 \end{{{name}}}$$")).count("<mtr>") == 2


def test_letters_of_words_stand_upright_and_limits_below() -> None:
    assert '<mi mathvariant="normal">d</mi>' in render(r"\(\mathrm{d}x\)")
    assert '<munder><mo movablelimits="true">lim</mo>' in render(r"\[\lim_{x \to 0} x\]")


@pytest.mark.parametrize(
    "source",
    [
        "{",
        r"\ce{H2O}",
        "a & b",
        r"\begin{pmatrix} 1",
        r"\newcommand{\R}{x} \R",
        r"\def\a{\a\a}\a",
        r"\frac" * 2_000,
        "x" * 5_001,
        "{" * 100 + "x" + "}" * 100,
    ],
)
def test_what_cannot_be_rendered_is_shown_as_its_source(source: str) -> None:
    html = render(rf"a \({source}\) b")
    assert html == f'<p>a <code class="tex">{source.replace("&", "&amp;")}</code> b</p>\n'


def test_a_formula_stays_in_its_place_on_the_page() -> None:
    html = render(r"\(\hspace{-50em} x \hspace{50em} \hspace{1em} \color{red}{y}\)")
    assert '<mspace></mspace><mi>x</mi><mspace></mspace><mspace width="1em"></mspace>' in html
    assert "red" not in mathml(html)


PARTS = (
    "$$",
    "$",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "`",
    "``",
    "\n",
    "\n\n",
    "- ",
    "> ",
    "    ",
    "a",
    " ",
    "|",
    "\\",
)


@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=2), max_size=30).map("".join))
def test_no_mark_of_the_search_is_left_in_the_page(markdown: str) -> None:
    html = render(markdown)
    marks = {sign for sign in html if 0xF0000 <= ord(sign) < 0xFFFFE}
    assert marks <= set(markdown)
    assert "%F3%B0" not in html or "%F3%B0" in markdown or any(ord(sign) >= 0xF0000 for sign in markdown)


@given(
    st.lists(st.sampled_from(("$$x$$", "`$$`", "$$", "`a`", "\\$", "b", " ", "\n")), max_size=20).map("".join)
)
def test_all_dollars_of_code_stay(markdown: str) -> None:
    code = f"```\n{markdown}\n```"
    assert f'<pre tabindex="0"><code>{markdown}\n</code></pre>' in render(code)
