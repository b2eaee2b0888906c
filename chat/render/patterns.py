"""What one line of Markdown can begin or end. Patterns only: knows nothing of the lines around it.

All but `LINE` are matched at a place of a line whose tabs are expanded and whose line ending is cut off.
"""

import re
from typing import Final

LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
"""As Markdown sees lines, endings and all: `str.splitlines` would cut at form feeds and U+2028 too."""
SPACES: Final = re.compile(r" *")
BLANK: Final = re.compile(r" *$")
QUOTE: Final = re.compile(r"> ?")
HEADING: Final = re.compile(r"#{1,6}(?: |$)")
UNDERLINE: Final = re.compile(r" {0,3}(?:=+|-+) *$")
RULE: Final = re.compile(r"(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")
FENCE: Final = re.compile(r"`{3,}(?=[^`]*$)|~{3,}")
MARKER: Final = re.compile(r"(?:(?P<bullet>[-+*])|(?P<number>[0-9]{1,9})(?P<mark>[.)]))(?= |$)")
NOTE: Final = re.compile(r"\[\^[^\]]+\]: *")

_DELIMITER_ROW: Final = re.compile(r" {0,3}(?:\| *)?:?-+:? *(?:\| *:?-+:? *)*\|? *$")
_BAR: Final = re.compile(r"\\.|(\|)")

_BLOCK_TAGS: Final = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt"
    "|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main"
    "|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|source|summary|table|tbody|td|tfoot|th|thead"
    "|title|tr|track|ul"
)
_ATTRIBUTE: Final = r"""\s+[a-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?"""


def _html(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.ASCII)


_HTML_BLOCKS: Final = (
    # How such a block begins, and which line ends it.
    (_html(r"<(?:script|pre|style|textarea)(?=[\s>]|$)"), _html(r".*</(?:script|pre|style|textarea)>")),
    (_html(r"<!--"), _html(r".*-->")),
    (_html(r"<\?"), _html(r".*\?>")),
    (_html(r"<![a-z]"), _html(r".*>")),
    (_html(r"<!\[CDATA\["), _html(r".*\]\]>")),
    (_html(rf"</?(?:{_BLOCK_TAGS})(?=\s|/?>|$)"), BLANK),
)
_ANY_TAG: Final = _html(rf"<(?:[a-z][a-z0-9-]*(?:{_ATTRIBUTE})*\s*/?|/[a-z][a-z0-9-]*\s*)>\s*$")


def end_of_html(line: str, at: int, *, in_paragraph: bool) -> re.Pattern[str] | None:
    """What matches the last line of the HTML block that begins here; None where none begins."""
    if not line.startswith("<", at):
        return None
    for begin, end in _HTML_BLOCKS:
        if begin.match(line, at):
            return end
    return BLANK if not in_paragraph and _ANY_TAG.match(line, at) else None


def makes_table(header: str, row: str) -> bool:
    """Whether `row` is the delimiter row that makes a table of the line before it."""
    return _DELIMITER_ROW.match(row) is not None and cells(header) == cells(row)


def cells(row: str) -> int:
    """How many cells a row of a table has; none where it is a lone bar."""
    row = row.strip(" ")
    bars = [found.start() for found in _BAR.finditer(row) if found[1]]
    outer = (bars[:1] == [0]) + (bars[-1:] == [len(row) - 1])
    return len(bars) - outer + 1
