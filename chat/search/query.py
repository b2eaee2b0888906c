"""What somebody looks for: parsed once, and said in the language of each database. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from chat.errors import BadRequest
from chat.search.folding import fold
from chat.search.words import UNSPACED, is_unspaced, pieces_of, words_of

MAX_WORDS: Final = 10
MAX_CHARACTERS: Final = 200
_WRITTEN: Final = re.compile(r'["“”„]([^"“”„]*)["“”]|(\S+)')
_SHORTEST_BEGINNING: Final = 2
"""Letters from which on a word is the beginning of words: in a search for C++, every c would be too many."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words in a row. `is_open`: the last one may go on."""

    words: tuple[str, ...]
    is_open: bool
    pattern: str
    """A regular expression that finds it in a folded text."""


@dataclass(frozen=True, slots=True)
class Query:
    """All of its terms stand in what is found. Without any it finds nothing."""

    terms: tuple[Term, ...]

    def for_sqlite(self, *conditions: str) -> str:
        """An FTS5 expression. Words are letters, digits and marks: nothing in them is to be escaped."""
        terms = (f'words : "{" ".join(term.words)}"{" *" * term.is_open}' for term in self.terms)
        return " AND ".join((*conditions, *terms))

    def for_postgresql(self) -> str:
        """A `tsquery`."""
        return " & ".join(
            "(" + " <-> ".join(f"'{word}'" for word in term.words) + ":*" * term.is_open + ")"
            for term in self.terms
        )


def parse(text: str) -> Query:
    """Raises `BadRequest` for what is more than a database should look for."""
    if len(text) > MAX_CHARACTERS or len(text.split()) > MAX_WORDS:
        raise BadRequest(f"Search for at most {MAX_WORDS} words and {MAX_CHARACTERS} characters.", param="q")
    terms: dict[str, Term] = {}
    for quoted, written in _WRITTEN.findall(text):
        term = _term(quoted or written, is_exact=bool(quoted))
        if term is not None:
            terms.setdefault(term.pattern, term)
    return Query(tuple(terms.values()))


def _term(written: str, *, is_exact: bool) -> Term | None:
    pieces = pieces_of(fold(written))
    if not pieces:
        return None
    words, last = words_of(written), pieces[-1]
    if is_unspaced(last[0]):
        # The last character stands in the word before it already, and may have any other after it.
        is_open = len(last) == 1
        words = words if is_open else words[:-1]
    else:
        is_open = not is_exact and (len(last) >= _SHORTEST_BEGINNING or len(pieces) > 1)
    return Term(tuple(words), is_open, _pattern(pieces, is_open=is_open))


def _pattern(pieces: list[str], *, is_open: bool) -> str:
    first, last = pieces[0], pieces[-1]
    before = "" if is_unspaced(first[0]) else f"(?<![^ {UNSPACED}])"
    after = f"[^ {UNSPACED}]*" if is_open else f"(?![^ {UNSPACED}])"
    return before + " *".join(map(re.escape, pieces)) + ("" if is_unspaced(last[0]) else after)
