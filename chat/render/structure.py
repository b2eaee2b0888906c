"""Which Markdown blocks are open after each line: the block half of CommonMark, with tables and footnotes.

Builds no tree and keeps no text: one look at each line, at a cost that the lines before do not change.
"""

from typing import Final

from chat.render import patterns
from chat.render.openings import CODE_INDENT, Indented, Leaf, Opening, Quote, Verbatim, indent_at, opening_at

MAX_DEPTH: Final = 32
"""Containers within each other. Nobody nests so deep in earnest; it bounds what one line can cost."""
MATH: Final = {"$$": "$$", "\\[": "\\]"}
"""Display math, and what closes it. Its lines may look like lists or rules and are still one block."""


class Structure:
    """Takes a text line by line and tells where its top-level blocks begin and end."""

    __slots__ = ("_containers", "_header", "_is_empty_item", "_leaf", "_list", "_math")

    def __init__(self) -> None:
        self._containers: list[Quote | Indented] = []
        self._leaf: Leaf | Verbatim | None = None
        self._header = ""  # the last line of the open paragraph: a table may be made of it
        self._list: str | None = None  # the marker of the open top-level list: its further items have it too
        self._is_empty_item = False  # the innermost item has nothing in it yet: a blank line ends it
        self._math: str | None = None  # what closes the open display math

    @property
    def is_open(self) -> bool:
        """Whether the next line may still belong to the top-level block before it."""
        return bool(self._containers or self._leaf or self._list or self._math)

    @property
    def is_in_math(self) -> bool:
        """Whether the next line, unless it is blank, belongs to display math."""
        return self._math is not None

    @property
    def is_verbatim(self) -> bool:
        """Whether the last line is code or HTML, in which nothing is formatted."""
        return isinstance(self._leaf, Verbatim) or self._leaf is Leaf.INDENTED_CODE

    def take(self, line: str) -> tuple[bool, bool]:
        """One more line, without its ending: did a top-level block end before it, and did one end with it?"""
        line = line.expandtabs(4)
        was_open = self.is_open
        if self._math and not patterns.BLANK.match(line):
            self._go_on_with_math(self._math, line)
            return False, False
        begins = self._take(line)
        self._math = self._math_begun(line)
        return begins and was_open, (begins or was_open) and not self.is_open

    def _take(self, line: str) -> bool:
        """Whether this line begins a top-level block."""
        at, matched = self._go_into_containers(line)
        is_inside = matched == len(self._containers)
        if is_inside and self._goes_on_verbatim(line, at):
            return False
        if patterns.BLANK.match(line, at):
            self._is_empty_item = self._is_empty_item and is_inside
            self._leave_to(matched)
            return False
        self._is_empty_item = False
        in_paragraph = is_inside and self._leaf is Leaf.PARAGRAPH
        if in_paragraph and patterns.UNDERLINE.match(line, at):
            self._leaf = None
            return False
        opening = opening_at(line, at, in_paragraph=in_paragraph, may_be_lazy=self._leaf is Leaf.PARAGRAPH)
        if opening is None and self._goes_on_as_text(line[at:], is_inside=is_inside):
            return False
        begins = matched == 0 and not self._goes_on_with_list(opening)
        self._leave_to(matched)
        self._enter(line, at, opening)
        return begins

    def _go_into_containers(self, line: str) -> tuple[int, int]:
        """How far the open containers reach into this line, and how many of them go on."""
        at = 0
        for depth, container in enumerate(self._containers):
            indent = indent_at(line, at)
            if isinstance(container, Quote):
                found = patterns.QUOTE.match(line, at + indent) if indent < CODE_INDENT else None
                if found is None:
                    return at, depth
                at = found.end()
            elif indent >= container.width:
                at += container.width
            elif at + indent < len(line) or (self._is_empty_item and depth == len(self._containers) - 1):
                return at, depth
        return at, len(self._containers)

    def _goes_on_verbatim(self, line: str, at: int) -> bool:
        if isinstance(self._leaf, Verbatim):
            if self._leaf.end.match(line, at):
                self._leaf = None
            return True
        is_code = self._leaf is Leaf.INDENTED_CODE
        return is_code and (indent_at(line, at) >= CODE_INDENT or patterns.BLANK.match(line, at) is not None)

    def _goes_on_as_text(self, text: str, *, is_inside: bool) -> bool:
        """A further line of the open paragraph, perhaps a lazy one, or a row of the open table."""
        if self._leaf is Leaf.TABLE:
            return is_inside and patterns.cells(text) > 0
        if self._leaf is not Leaf.PARAGRAPH:
            return False
        if is_inside and patterns.makes_table(self._header, text):
            self._leaf = Leaf.TABLE
        self._header = text
        return True

    def _goes_on_with_list(self, opening: Opening | None) -> bool:
        """Whether this top-level opening is one more item of the open list. If not, that list is over."""
        container = opening.container if opening else None
        marker = container.marker if isinstance(container, Indented) else ""
        goes_on = marker == self._list
        self._list = marker or None
        return goes_on

    def _leave_to(self, depth: int) -> None:
        del self._containers[depth:]
        self._leaf = None

    def _enter(self, line: str, at: int, opening: Opening | None) -> None:
        """Open what begins here, and what begins inside it on the same line."""
        while opening:
            if opening.container is None:
                self._leaf = opening.leaf
                return
            self._containers.append(opening.container)
            at = opening.at
            if len(self._containers) >= MAX_DEPTH:
                break
            opening = opening_at(line, at, in_paragraph=False, may_be_lazy=False)
        if patterns.BLANK.match(line, at):
            innermost = self._containers[-1]
            self._is_empty_item = isinstance(innermost, Indented) and innermost.marker != ""
        else:
            self._leaf, self._header = Leaf.PARAGRAPH, line[at:]

    def _go_on_with_math(self, closing: str, line: str) -> None:
        """A line of the paragraph, whatever it looks like: the renderer sees it so too."""
        self._header = line.lstrip(" ")
        if closing in line:
            self._math = None

    def _math_begun(self, line: str) -> str | None:
        """What closes the display math that this line begins. TeX allows no blank line in it: what is never
        closed holds up one paragraph only."""
        if self._leaf is not Leaf.PARAGRAPH:
            return None
        text = line.lstrip(" ")
        closing = MATH.get(text[:2])
        return closing if closing and closing not in text[2:] else None
