"""The closed top-level blocks of a Markdown text that grows at its end. Never looks at closed text again.

Lines are judged when they are complete only: half a table row would end its table.
"""

import re
from dataclasses import dataclass
from typing import Final

from chat.render import patterns
from chat.render.structure import Structure

_DEFINITION: Final = re.compile(
    r"(?:^|\r)(?:[ \t>]|[-+*][ \t]|[0-9]{1,9}[.)][ \t])*\[(?:\^[^\]\n]+|(?:[^\[\]\\]|\\.){1,999})\]:",
    re.MULTILINE,
)
"""The label of a link may span lines but holds no bare `[`; so no part of a text is looked at twice."""


@dataclass(frozen=True, slots=True)
class BlockSpan:
    """A closed block: where it lies in the text, in code points, and its Markdown."""

    index: int
    offset: int
    length: int
    source: str


class Blocks:
    """Fed with a text in any pieces; gives its blocks as they close. Joined, their sources are the text."""

    __slots__ = ("_arrived", "_index", "_lines", "_offset", "_structure")

    def __init__(self) -> None:
        self._structure = Structure()
        self._arrived: list[str] = []  # pieces of the line that is not complete
        self._lines: list[str] = []  # complete lines of the block that is not closed
        self._index = 0
        self._offset = 0

    def feed(self, text: str) -> list[BlockSpan]:
        """More text; the blocks that closed with it."""
        complete = text.rfind("\n") + 1  # a `\r` alone waits: its `\n` may be in the next piece
        if not complete:
            self._arrived.append(text)
            return []
        self._arrived.append(text[:complete])
        closed = self._judge("".join(self._arrived))
        self._arrived = [text[complete:]]
        return closed

    def finish(self) -> list[BlockSpan]:
        """The text is complete; all that is still open closes."""
        closed = self._judge("".join(self._arrived))
        self._arrived = []
        return closed + self._close()

    def _judge(self, complete: str) -> list[BlockSpan]:
        closed: list[BlockSpan] = []
        for line in patterns.LINE.findall(complete):
            ended_before, ended_with = self._structure.take(line.rstrip("\r\n"))
            if ended_before:
                closed += self._close()
            self._lines.append(line)
            if ended_with:
                closed += self._close()
        return closed

    def _close(self) -> list[BlockSpan]:
        source = "".join(self._lines)
        if not source:
            return []
        span = BlockSpan(self._index, self._offset, len(source), source)
        self._lines = []
        self._index += 1
        self._offset += span.length
        return [span]


def needs_whole(text: str) -> bool:
    """Whether blocks may need each other: a footnote or link reference defined in one may be used in another.

    Then the render of the whole text takes the place of the blocks' at the end. Seldom true without need
    (a definition in a code block), never false in error.
    """
    return _DEFINITION.search(text) is not None
