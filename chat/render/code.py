"""Code as a figure with its language, highlighted by class names: no styles, no guesses, bounded work."""

import time
from collections.abc import Iterable, Iterator
from functools import cache
from html import escape
from io import StringIO
from typing import Any, Final

from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_by_name, get_all_lexers
from pygments.token import STANDARD_TYPES

LONGEST: Final = 50_000
"""Characters above which code stays plain: highlighting costs about 1 ms per 1,000."""
LONGEST_LINE: Final = 2_000
"""Characters; the patterns of many lexers are quadratic in the length of a line, hardly any in more."""
LONGEST_LABEL: Final = 40
CLASSES: Final = frozenset(STANDARD_TYPES.values()) - {""}
"""The class names that highlighted code may carry."""

_FORMATTER: Final = HtmlFormatter(nowrap=True)


class _TooSlow(Exception):
    pass


def figure(code: str, language: str, deadline: float) -> str:
    """The code as HTML; plain where its language is unknown, it is too long, or the `deadline` has passed.

    What can be done with it (copy it, wrap its lines) is the page's to add, in the reader's language.
    """
    language = language[:LONGEST_LABEL]
    label = escape(language)
    html = _highlighted(code, language, deadline) or escape(code)
    return (
        f'<figure class="code" data-language="{label}"><figcaption>{label}</figcaption>'
        f'<pre tabindex="0"><code>{html}</code></pre></figure>\n'
    )


def _highlighted(code: str, language: str, deadline: float) -> str | None:
    if len(code) > LONGEST or max(map(len, code.split("\n"))) > LONGEST_LINE:
        return None
    lexer = _lexer(language.lower())
    if lexer is None:
        return None
    html = StringIO()
    try:
        # A lexer object may keep state while it runs, and renders run in several threads: one for each.
        _FORMATTER.format(_until(deadline, lexer(stripnl=False).get_tokens(code)), html)
    except _TooSlow:
        return None
    return html.getvalue()


@cache
def _known_names() -> frozenset[str]:
    """Pygments' own: asked for any other it goes through all installed packages, milliseconds each time."""
    return frozenset(alias for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases)


def _lexer(name: str) -> type[Lexer] | None:
    return find_lexer_class_by_name(name) if name in _known_names() else None


def _until(deadline: float, tokens: Iterable[Any]) -> Iterator[Any]:
    for token in tokens:
        if time.monotonic() > deadline:
            raise _TooSlow
        yield token
