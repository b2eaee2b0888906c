"""A text that only grows at its end, and gives what follows any position without being walked."""

from bisect import bisect_right


class GrowingText:
    """Pieces in the order they came. Positions and lengths are in code points.

    Appending costs the same whatever the length, and `since` costs what it returns: a plain
    string would be copied for each token, 2 GB in all for a reply of 100,000 characters.
    """

    __slots__ = ("_ends", "_pieces", "length")

    def __init__(self, text: str = "") -> None:
        self._pieces: list[str] = []
        self._ends: list[int] = []
        self.length = 0
        self.append(text)

    def append(self, piece: str) -> None:
        if piece:
            self.length += len(piece)
            self._pieces.append(piece)
            self._ends.append(self.length)

    def since(self, position: int) -> str:
        """The text after `position`; empty at or beyond the end."""
        if position >= self.length:
            return ""
        first = bisect_right(self._ends, position)
        piece = self._pieces[first]
        cut = position - (self._ends[first] - len(piece))
        if first == len(self._pieces) - 1:
            return piece[cut:]
        return piece[cut:] + "".join(self._pieces[first + 1 :])

    def value(self) -> str:
        """The whole text."""
        return self.since(0)
