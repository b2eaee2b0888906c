"""Save what running replies grew by: many at once, each under its guard, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec
from django.db import connection

from chat.statements import Written, key_of, stored_key

_ON_SQLITE: Final = """
    INSERT INTO chat_checkpoint (completion_id, text_offset, text, reasoning_offset, reasoning)
    SELECT completion_id, json_extract(piece.value, '$[1]'), json_extract(piece.value, '$[2]'),
        json_extract(piece.value, '$[3]'), json_extract(piece.value, '$[4]')
    FROM json_each(%s) piece CROSS JOIN chat_message
    WHERE completion_id = json_extract(piece.value, '$[0]') AND +status = 'streaming'
"""
"""`+`: by the index of completions, not by that of all that run, once for each piece."""
_ON_POSTGRESQL: Final = """
    WITH pieces AS (SELECT piece FROM json_array_elements(%s::json) pieces (piece)),
    running AS (
        SELECT completion_id FROM chat_message
        WHERE status = 'streaming' AND completion_id IN (SELECT (piece ->> 0)::uuid FROM pieces)
        ORDER BY id FOR NO KEY UPDATE
    )
    INSERT INTO chat_checkpoint (completion_id, text_offset, text, reasoning_offset, reasoning)
    SELECT completion_id, (piece ->> 1)::int, piece ->> 2, (piece ->> 3)::int, piece ->> 4
    FROM running JOIN pieces ON completion_id = (piece ->> 0)::uuid
"""
_AGAIN: Final = """
    ON CONFLICT (completion_id, text_offset, reasoning_offset)
    DO UPDATE SET text = excluded.text, reasoning = excluded.reasoning
    RETURNING completion_id
"""
"""A piece may come again from the same place, and longer: where the answer to an earlier commit was lost, and
where rows grow."""
_append: Final = {
    "sqlite": Written(_ON_SQLITE + _AGAIN),
    "postgresql": Written(_ON_POSTGRESQL + _AGAIN),
}


ROW_CHARS: Final = {"sqlite": 500, "postgresql": 0}
"""So long a row grows. SQLite writes whole pages: of 40 replies at once a checkpoint changes 8 in place of 25
over 8 seconds, 9 in place of 53 over a minute, and an end after it 121 in place of 507, in 0.9 ms in place of
4.1 (`python benchmarks/checkpoints.py`). PostgreSQL writes a row anew to change it: there each piece is one.
"""


@dataclass(frozen=True, slots=True)
class Growth:
    """A piece of one completion: what came after these offsets (code points)."""

    epoch: UUID
    text_offset: int
    text: str
    reasoning_offset: int
    reasoning: str


def save_growth(growth: Sequence[Growth]) -> frozenset[UUID]:
    """Append the pieces; the epochs that do not run any more, of which nothing was saved.

    All pieces are one parameter: 0.4 of what a query for the guards and a row for each piece took, and one
    way to PostgreSQL and back instead of four (`benchmarks/steps.py`).
    """
    pieces = [
        (stored_key(piece.epoch), piece.text_offset, piece.text, piece.reasoning_offset, piece.reasoning)
        for piece in growth
    ]
    saved = _append[connection.vendor].rows([msgspec.json.encode(pieces).decode()])
    if len(saved) == len(growth):
        return frozenset()
    return frozenset(piece.epoch for piece in growth) - {key_of(epoch) for (epoch,) in saved}
