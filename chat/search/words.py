"""The words of a text, as the index holds them. Pure.

Chinese, Japanese, Korean, Thai and their like put no space between words. Of those each character
is a word together with the one after it: a word of two characters is one look-up, a single
character the beginning of some, and longer ones stand in a row. (Trigrams cannot find what is shorter
than three; single characters would do it, but the common ones stand in half of all messages.)
"""

import re
from typing import Final

from chat.search.folding import fold

UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff"  # Thai, Lao, Burmese, Hangul letters, Khmer
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3041-\u318f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"  # CJK, kana
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
"""Character ranges for a regular expression, of the scripts that put no space between words."""
_PIECE: Final = re.compile(f"[{UNSPACED}]+|[^ {UNSPACED}]+")
_IS_UNSPACED: Final = re.compile(f"[{UNSPACED}]").match
LONGEST: Final = 40
"""Characters of a word that count. Longer ones are keys, hashes and pictures in base64."""


def is_unspaced(character: str) -> bool:
    return _IS_UNSPACED(character) is not None


def pieces_of(folded: str) -> list[str]:
    """The words of a folded text; what has no spaces within is still in one piece."""
    found: list[str] = _PIECE.findall(folded)
    return found


def words_of(text: str) -> list[str]:
    """In their order; `门` alone says that it ended a row of characters."""
    words: list[str] = []
    for piece in pieces_of(fold(text)):
        if is_unspaced(piece[0]):
            words += [piece[at : at + 2] for at in range(len(piece))]
        else:
            words.append(piece[:LONGEST])
    return words
