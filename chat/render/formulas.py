"""Where the TeX of a text is: makes it safe from Markdown's parser, and finds it again in the HTML.

The parser itself knows `\\(…\\)` and `\\[…\\]`, and leaves code and links alone. It is told of `$$…$$` by
writing that in brackets, and kept from seeing lists in the lines of display math. What is written so is
marked with a character that the text does not have: it cannot be forged, and it is taken back where no
formula came of it.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Final
from urllib.parse import quote

from chat.render import patterns
from chat.render.structure import Structure

_RUN: Final = re.compile(r"`+")
_TOKEN: Final = re.compile(r"`+|\$+|\\.", re.DOTALL)
_BEGINS_LINE: Final = re.compile(r"[ \t>]*(?:(?:[-+*]|[0-9]{1,9}[.)])[ \t]+)?\Z")
_PRIVATE: Final = range(0xF0000, 0xFFFFE)
"""A plane of private characters. A text that has them all is told nothing of its formulas."""
_WIDEST_MARGIN: Final = 200
"""Characters before a `$$` in which the beginning of its line is looked for."""

_PARAGRAPH: Final = re.compile(r"\n[ \t]*\n")
_MOST_STEPS: Final = 200_000_000
"""Characters that the parser may go through in vain: a fifth of a second."""

Formula = Callable[[str, bool], str]
"""The HTML for a source, and whether it is display math."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A text for the Markdown parser, and the mark in it; empty where nothing had to be marked."""

    text: str
    mark: str


def mark(text: str) -> Marked:
    if "$$" not in text and "\\[" not in text:
        return Marked(text, "")
    used = set(text)
    sign = next((chr(code) for code in _PRIVATE if chr(code) not in used), "")
    if not sign:
        return Marked(text, "")
    structure = Structure()
    done: list[str] = []
    paragraph: list[str] = []
    for line in patterns.LINE.findall(text):
        content = line.rstrip("\r\n")
        is_blank = not content.strip(" \t")
        if structure.is_in_math and not is_blank:
            indent = len(content) - len(content.lstrip(" \t"))
            line = line[:indent] + sign + line[indent:]
        ended_before, ended_with = structure.take(content)
        if is_blank or structure.is_verbatim:
            done += [_with_brackets(paragraph, sign), line]
            paragraph = []
            continue
        if ended_before:
            done.append(_with_brackets(paragraph, sign))
            paragraph = []
        paragraph.append(line)
        if ended_with:
            done.append(_with_brackets(paragraph, sign))
            paragraph = []
    done.append(_with_brackets(paragraph, sign))
    return Marked("".join(done), sign)


def _with_brackets(lines: Sequence[str], sign: str) -> str:
    """A paragraph whose pairs of `$$` are brackets."""
    text = "".join(lines)
    if "$$" not in text:
        return text
    pieces: list[str] = []
    done = 0
    for opening, closing in _pairs(text, sign):
        pieces += [text[done:opening], f"\\[{sign}", text[opening + 2 : closing], f"{sign}\\]"]
        done = closing + 2
    pieces.append(text[done:])
    return "".join(pieces)


def _pairs(text: str, sign: str) -> list[tuple[int, int]]:
    """Where `$$` open and close, outside of code. `$$5 and $$10` are prices, or at least no formula."""
    runs: dict[int, list[int]] = defaultdict(list)
    for run in _RUN.finditer(text):
        runs[run.end() - run.start()].append(run.start())
    pairs: list[tuple[int, int]] = []
    opening: tuple[int, bool] | None = None  # where it is, and whether it begins a line
    at = 0
    while token := _TOKEN.search(text, at):
        begin, at = token.span()
        width = at - begin
        if token[0].startswith("`"):
            closers = runs[width]
            nearest = bisect_right(closers, begin)
            at = closers[nearest] + width if nearest < len(closers) else at
        elif token[0] == "$$":
            before, after = text[begin - 1 : begin].strip(sign), text[at : at + 1]
            if opening and (opening[1] or before.strip()) and not after.isalnum():
                pairs.append((opening[0], begin))
                opening = None
            elif begins_line := _begins_line(text, begin, sign):
                opening = (begin, begins_line)
            elif after.strip():
                opening = (begin, False)
    return pairs


def _begins_line(text: str, at: int, sign: str) -> bool:
    least = max(at - _WIDEST_MARGIN, 0)
    start = max(text.rfind("\n", least, at), text.rfind("\r", least, at)) + 1
    return start >= least and _BEGINS_LINE.match(text[start:at].replace(sign, "")) is not None


def are_endless(text: str) -> bool:
    """Whether too many formulas never end: from the beginning of each the parser looks all the way."""
    steps = 0
    for paragraph in _PARAGRAPH.split(text):
        for opening, closing in (("\\(", "\\)"), ("\\[", "\\]")):
            since = max(paragraph.rfind(closing), 0)
            steps += paragraph.count(opening, since) * (len(paragraph) - since)
    return steps > _MOST_STEPS


def taken_back(html: str, marked: Marked, formula: Formula) -> str:
    """The parser's HTML with each formula in its place and no mark left. Its tags are all of its making."""
    if not marked.mark and "data-math-style" not in html:
        return html
    return _finds(marked.mark).sub(lambda found: _restored(found, marked.mark, formula), html)


def _finds(sign: str) -> re.Pattern[str]:
    math = (
        r'<span data-math-style="(?P<style>inline|display)">(?P<source>[^<]*)</span>'
        r'|<pre><code class="language-math" data-math-style="display">(?P<fence>[^<]*)</code></pre>'
    )
    if not sign:
        return re.compile(math)
    signs = f"(?:{sign}|{quote(sign)})"
    opening, closing = rf"(?:\\|%5C)?(?:\[|%5B){signs}", rf"{signs}(?:\\|%5C)?(?:\]|%5D)"
    return re.compile(rf"{math}|(?P<dollars>{opening}|{closing})|{signs}")


def _restored(found: re.Match[str], sign: str, formula: Formula) -> str:
    if found["fence"] is not None:
        return f"<p>{formula(unescape(found['fence']), True)}</p>"
    if found["source"] is not None:
        return formula(unescape(found["source"]).replace(sign, ""), found["style"] == "display")
    return "$$" if "dollars" in found.re.groupindex and found["dollars"] else ""
