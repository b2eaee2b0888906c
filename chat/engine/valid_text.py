"""Makes what a provider sends fit for a transcript: code points that every database and client can hold."""

import re

_UNFIT = re.compile("[\x00\ud800-\udfff]")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
REPLACEMENT = "\ufffd"


class ValidText:
    """Pairs surrogates that came apart in two chunks; lone ones and NUL become U+FFFD."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """What may be appended now. A trailing high surrogate waits for the next piece."""
        if self._held:
            piece, self._held = self._held + piece, ""
        if piece and "\ud800" <= piece[-1] <= "\udbff":
            piece, self._held = piece[:-1], piece[-1]
        return fit(piece)

    def finish(self) -> str:
        """What was held back when the text ended."""
        held, self._held = self._held, ""
        return REPLACEMENT if held else ""


def fit(text: str) -> str:
    """`text` with pairs of surrogates joined and what is not a character replaced."""
    if _UNFIT.search(text) is None:
        return text
    joined = _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return _UNFIT.sub(REPLACEMENT, joined)
