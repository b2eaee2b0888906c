"""Which block begins at a place of a line. Pure: what to do about it is the structure's concern."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from chat.render import patterns

CODE_INDENT: Final = 4
"""Columns from which a line is indented code, and by which a footnote's further lines are indented."""


class Leaf(Enum):
    PARAGRAPH = "paragraph"
    TABLE = "table"
    INDENTED_CODE = "indented code"


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A fence or a block of HTML: up to the line that `end` matches, whatever comes between."""

    end: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Quote:
    """Goes on where a line has its `>`."""


@dataclass(frozen=True, slots=True)
class Indented:
    """A list item or a footnote: goes on where a line is blank, or indented by at least `width` columns."""

    width: int
    marker: str = ""
    """Items of one list have the same: the bullet, or what follows the number."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A block that begins. A container's content begins at `at`; anything else takes all of the line."""

    at: int = 0
    container: Quote | Indented | None = None
    leaf: Leaf | Verbatim | None = None


_WHOLE_LINE: Final = Opening()
_INDENTED_CODE: Final = Opening(leaf=Leaf.INDENTED_CODE)


def indent_at(line: str, at: int) -> int:
    return patterns.SPACES.match(line, at).end() - at  # type: ignore[union-attr]  # it matches everywhere


def opening_at(line: str, at: int, *, in_paragraph: bool, may_be_lazy: bool) -> Opening | None:
    """The block that begins here, unless it is a mere paragraph.

    `in_paragraph`: the line would otherwise go on a paragraph, which not every block may interrupt.
    `may_be_lazy`: it might, though a `>` or an indent that the paragraph had is missing.
    """
    indent = indent_at(line, at)
    start = at + indent
    if start == len(line):
        return None
    if indent >= CODE_INDENT:
        return None if may_be_lazy else _INDENTED_CODE
    if quote := patterns.QUOTE.match(line, start):
        return Opening(quote.end(), container=Quote())
    if patterns.HEADING.match(line, start):
        return _WHOLE_LINE
    if fence := patterns.FENCE.match(line, start):
        return Opening(leaf=Verbatim(re.compile(rf" {{0,3}}{fence[0]}{fence[0][0]}* *$")))
    if end := patterns.end_of_html(line, start, in_paragraph=in_paragraph):
        return _WHOLE_LINE if end.match(line, start) else Opening(leaf=Verbatim(end))
    if patterns.RULE.match(line, start):
        return _WHOLE_LINE
    if note := patterns.NOTE.match(line, start):
        return Opening(note.end(), container=Indented(CODE_INDENT))
    return _item_at(line, at, indent, in_paragraph=in_paragraph)


def _item_at(line: str, at: int, indent: int, *, in_paragraph: bool) -> Opening | None:
    found = patterns.MARKER.match(line, at + indent)
    if found is None:
        return None
    spaces = indent_at(line, found.end())
    is_empty = found.end() + spaces == len(line)
    if in_paragraph and (is_empty or int(found["number"] or 1) != 1):
        return None
    if is_empty or spaces > CODE_INDENT:
        spaces = 1  # more is the indent of code inside the item
    at_content = min(found.end() + spaces, len(line))
    return Opening(at_content, Indented(found.end() + spaces - at, found["bullet"] or found["mark"]))
