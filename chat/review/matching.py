"""What a flag rule finds in a text. Pure.

Words and patterns run on RE2, whose time grows with the text and never with what the text is: a rule
that an administrator wrote, and a text that somebody made for it, cannot hold the server up.
"""

from collections.abc import Callable
from typing import Any, Final

import re2

from chat.models.flag import RuleKind
from chat.search.folding import fold
from chat.search.words import UNSPACED, is_unspaced

MOST_LINES: Final = 500
MOST_CHARACTERS: Final = 20_000
"""Of all words or patterns of a rule. More of them are another rule."""
MOST_STEPS: Final = 2_500
"""Of a pattern, as RE2 compiles it: the most that a character costs. (`\\p{Han}{2,20}` has 1,600.)"""
_MEMORY: Final = 1 << 20
_WORDS_MEMORY: Final = 1 << 26
"""Bytes that RE2 may use for one pattern, or for all words of a rule."""

Finds = Callable[[str], bool]


class BadRule(ValueError):
    """What of a rule's value cannot be used. `line` counts from 1; `why` is RE2's own English."""

    def __init__(self, code: str, line: int = 0, why: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.line = line
        self.why = why


def finder(kind: str, value: str) -> Finds:
    """Whether a text is found. Raises `BadRule` (`number`, `empty`, `long`, `pattern`, `costly`)."""
    if kind == RuleKind.LONG:
        return _longer_than(value)
    if kind == RuleKind.FAILED:
        return lambda _text: False
    lines = _lines(value)
    return _words(lines) if kind == RuleKind.WORDS else _patterns(lines)


def _longer_than(value: str) -> Finds:
    if not (value.strip().isascii() and value.strip().isdigit() and int(value.strip()[:12]) > 0):
        raise BadRule("number")
    most = int(value.strip()[:12])
    return lambda text: len(text) > most


def _lines(value: str) -> list[tuple[int, str]]:
    lines = [(number, line.strip()) for number, line in enumerate(value.splitlines(), 1) if line.strip()]
    if not lines:
        raise BadRule("empty")
    if len(lines) > MOST_LINES or len(value) > MOST_CHARACTERS:
        raise BadRule("long")
    return lines


def _words(lines: list[tuple[int, str]]) -> Finds:
    """Whole words, folded as the search does; in scripts without spaces wherever they stand."""
    groups: dict[tuple[str, str], list[str]] = {}
    for number, line in lines:
        parts = fold(line).split()
        if not parts:
            raise BadRule("pattern", number, "no letter and no digit")
        before = "" if is_unspaced(parts[0][0]) else f"(?:^|[ {UNSPACED}])"
        after = "" if is_unspaced(parts[-1][-1]) else f"(?:$|[ {UNSPACED}])"
        groups.setdefault((before, after), []).append(" +".join(re2.escape(part) for part in parts))
    whole = "|".join(
        f"{before}(?:{'|'.join(words)}){after}" for (before, after), words in sorted(groups.items())
    )
    compiled = _compiled(whole, 0, case_sensitive=True, memory=_WORDS_MEMORY)
    return lambda text: compiled.search(fold(text)) is not None


def _patterns(lines: list[tuple[int, str]]) -> Finds:
    """Upper and lower case are the same to them, unless they say `(?-i)`; `^` and `$` are the text's ends."""
    compiled = [_compiled(line, number, case_sensitive=False, memory=_MEMORY) for number, line in lines]
    for (number, _line), each in zip(lines, compiled, strict=True):
        if each.programsize > MOST_STEPS:
            raise BadRule("costly", number)
    return lambda text: any(each.search(text) is not None for each in compiled)


def _compiled(pattern: str, line: int, *, case_sensitive: bool, memory: int) -> Any:
    options = re2.Options()
    options.case_sensitive = case_sensitive
    options.max_mem = memory
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        why = error.args[0] if error.args else ""
        words = why.decode(errors="replace") if isinstance(why, bytes) else str(why)
        raise BadRule("costly" if "too large" in words else "pattern", line, words) from None
