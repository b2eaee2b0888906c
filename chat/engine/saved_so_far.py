"""How far the checkpoints of a reply have come."""

from chat.engine.ports import Piece
from chat.engine.transcript import Transcript


class SavedSoFar:
    """What of a transcript is saved, and from where the next checkpoint has to tell it.

    A checkpoint that is shorter than `row_chars` comes again, longer, with what is new: the store puts it in
    the place of what it had (`Store.save`), and keeps few rows of some length instead of many short ones.
    """

    __slots__ = ("_reasoning", "_row_chars", "_row_reasoning", "_row_text", "_text", "_transcript")

    def __init__(self, transcript: Transcript, row_chars: int) -> None:
        self._transcript = transcript
        self._row_chars = row_chars
        self._text = self._row_text = transcript.text.length
        self._reasoning = self._row_reasoning = transcript.reasoning.length

    @property
    def has_all(self) -> bool:
        transcript = self._transcript
        return transcript.text.length <= self._text and transcript.reasoning.length <= self._reasoning

    def next_piece(self) -> Piece | None:
        """What is not saved yet, behind what its row has; None where all is."""
        if self.has_all:
            return None
        transcript = self._transcript
        return Piece(
            transcript.reply,
            transcript.epoch.id,
            self._row_text,
            transcript.text.since(self._row_text),
            self._row_reasoning,
            transcript.reasoning.since(self._row_reasoning),
        )

    def saved(self, piece: Piece) -> None:
        self._text = piece.text_offset + len(piece.text)
        self._reasoning = piece.reasoning_offset + len(piece.reasoning)
        if len(piece.text) + len(piece.reasoning) >= self._row_chars:
            self._row_text, self._row_reasoning = self._text, self._reasoning
