"""What of a text is compared: letters, digits and marks, without case, accents and widths. Pure."""

from typing import Final
from unicodedata import category, normalize

_ACCENTS: Final = range(0x0300, 0x0370)
_JOINERS: Final = frozenset("\u00ad\u200c\u200d\u2060\ufeff")
"""Soft hyphen and its kind: in the middle of a word, and no part of it."""
_VARIATIONS: Final = range(0xFE00, 0xFE10)


class _Folding(dict[int, str]):
    """Code point to its folding, each worked out once: `str.translate` then runs at the speed of C."""

    def __missing__(self, point: int) -> str:
        folded = self[point] = _fold(chr(point))
        return folded


def _fold(character: str) -> str:
    if character in _JOINERS or ord(character) in _VARIATIONS:
        return ""
    wide = normalize("NFKD", normalize("NFKD", character).casefold())
    bare = normalize("NFC", "".join(mark for mark in wide if ord(mark) not in _ACCENTS))
    return "".join(letter if category(letter)[0] in "LNM" else " " for letter in bare)


_FOLDING: Final = _Folding()


def composed(text: str) -> str:
    """The text as folding sees it, character by character: places in it are places in the folded text."""
    return normalize("NFC", text)


def fold(text: str) -> str:
    """Words apart by spaces, whatever stood between them."""
    return composed(text).translate(_FOLDING)


def fold_with_places(text: str) -> tuple[str, list[int] | range]:
    """The folding of a composed text, and for each of its characters the place where it comes from."""
    if all(len(_FOLDING[ord(character)]) == 1 for character in set(text)):
        return text.translate(_FOLDING), range(len(text))
    pieces: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        folded = _FOLDING[ord(character)]
        pieces.append(folded)
        places += [place] * len(folded)
    return "".join(pieces), places
