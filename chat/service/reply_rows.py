"""A reply's row as the engine's transcript."""

from chat.access.transcripts import ReplyRow
from chat.engine.growing_text import GrowingText
from chat.engine.transcript import Ended, Epoch, Transcript


def transcript_of(row: ReplyRow) -> Transcript:
    """What can be followed of this row, as it was saved when it was read."""
    ended = None
    if row.status != "streaming":
        ended = Ended(
            row.status,  # type: ignore[arg-type]
            row.finish_reason,
            row.usage,
            row.error,
            tool_calls=row.tool_calls,
        )
    return Transcript(
        conversation=row.conversation,
        request=row.request,
        reply=row.id,
        model=row.model,
        epochs=tuple(Epoch(*epoch) for epoch in row.epochs),
        text=GrowingText(row.text),
        reasoning=GrowingText(row.reasoning),
        ended=ended,
    )
