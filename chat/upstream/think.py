"""Takes `<think>…</think>` at the beginning of a text out of it, however its pieces are cut. Pure."""

OPEN = "<think>"
CLOSE = "</think>"


class ThinkSplitter:
    """Local models without a reasoning parser send their thinking as text: it is not part of the reply."""

    __slots__ = ("_feed", "_held")

    def __init__(self) -> None:
        self._held = ""
        """What may yet turn out to be a part of a tag, or white space around one."""
        self._feed = self._at_start

    def feed(self, piece: str) -> tuple[str, str]:
        """The reasoning and the text that this piece settles."""
        if not piece:
            return "", ""
        held, self._held = self._held, ""
        return self._feed(held + piece)

    def finish(self) -> tuple[str, str]:
        """What was held back when the text ended."""
        held, self._held = self._held, ""
        if self._feed == self._thinking:
            return held, ""
        return "", held if self._feed == self._at_start else ""

    def _at_start(self, piece: str) -> tuple[str, str]:
        begun = piece.lstrip()
        if begun.startswith(OPEN):
            self._feed = self._thinking
            return self._thinking(begun[len(OPEN) :])
        if OPEN.startswith(begun):
            self._held = piece
            return "", ""
        self._feed = self._in_text
        return "", piece

    def _thinking(self, piece: str) -> tuple[str, str]:
        thought, closed, rest = piece.partition(CLOSE)
        if closed:
            self._feed = self._after
            return thought, self._after(rest)[1]
        kept = _tag_begun(thought)
        self._held = thought[len(thought) - kept :]
        return thought[: len(thought) - kept], ""

    def _after(self, piece: str) -> tuple[str, str]:
        """The blank lines between the thinking and the reply belong to neither."""
        text = piece.lstrip()
        if text:
            self._feed = self._in_text
        return "", text

    def _in_text(self, piece: str) -> tuple[str, str]:
        return "", piece


def without_thinking(text: str) -> str:
    """A whole text without the thinking that it begins with."""
    splitter = ThinkSplitter()
    return splitter.feed(text)[1] + splitter.finish()[1]


def _tag_begun(text: str) -> int:
    """How many characters at the end of `text` may be the beginning of the closing tag."""
    for length in range(min(len(CLOSE) - 1, len(text)), 0, -1):
        if text.endswith(CLOSE[:length]):
            return length
    return 0
