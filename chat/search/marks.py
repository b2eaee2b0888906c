"""Where in a text the words of a query stand, and a window of it around the first of them. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from chat.search.folding import composed, fold_with_places
from chat.search.query import Query

BEFORE: Final = 40
WINDOW: Final = 160
"""Characters: two or three lines of the list, the first word in the first of them."""


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_found: bool = False


def snippet(text: str, query: Query) -> tuple[Piece, ...]:
    """One line of the text around the first place; its beginning where there is none."""
    text = composed(text)
    places = _places(text, query)
    start = max(places[0][0] - BEFORE, 0) if places else 0
    if start and (space := text.find(" ", start, places[0][0])) >= 0:
        start = space + 1
    end = min(start + WINDOW, len(text))
    pieces = [Piece("…")] if start else []
    at = start
    for begin, stop in places:
        if begin >= end:
            break
        pieces += (Piece(text[at:begin]), Piece(text[begin : min(stop, end)], is_found=True))
        at = min(stop, end)
    pieces += (Piece(text[at:end]), Piece("…" if end < len(text) else ""))
    return tuple(piece for piece in pieces if piece.text)


def _places(text: str, query: Query) -> list[tuple[int, int]]:
    """Of all terms, in their order and apart from each other."""
    folded, places = fold_with_places(text)
    found = sorted(
        (places[match.start()], places[match.end() - 1] + 1)
        for term in query.terms
        for match in re.finditer(term.pattern, folded)
    )
    apart: list[tuple[int, int]] = []
    for begin, stop in found:
        if apart and begin < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(stop, apart[-1][1]))
        else:
            apart.append((begin, stop))
    return apart
