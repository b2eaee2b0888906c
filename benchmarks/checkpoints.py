"""What saving running replies costs on SQLite: each checkpoint in a row of its own, and in rows that grow.

`python benchmarks/checkpoints.py [replies]` (default: 40) makes a database in a temporary folder. For each
length of a row it tells, of replies of 8 and of 60 seconds, the CPU time of one checkpoint of all and of one
end, and the pages that each has the log write.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from django.db import connection

from benchmarks.scratch_site import DATABASE, origin
from chat.actions.ask import Question, ask
from chat.actions.checkpoint import Growth, save_growth
from chat.actions.finish import Outcome, finish
from chat.actions.new_reply import NewReply, Origin
from chat.engine.saved_so_far import SavedSoFar
from chat.engine.transcript import Epoch, Transcript

LENGTHS, SECONDS = (0, 250, 500, 1000), (8, 60)
A_SECOND = 10
PIECE = "some 25 tokens a second, each of them 23 bytes long, as in "
PAGE = 4096 + 24
"""Of the log, with its header."""


def main() -> None:
    replies = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    asker = origin()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_autocheckpoint = 0")
    cost(asker, 1, 1, 0)  # the first one makes what is kept: it is not told
    for seconds in SECONDS:
        for length in LENGTHS:
            print(f"{seconds:3} s, rows of {length:4} characters: {cost(asker, replies, seconds, length)}")


def cost(asker: Origin, replies: int, seconds: int, row_chars: int) -> str:
    asked: list[NewReply] = []
    for _ in range(replies):
        new = ask(asker, Question("What does a checkpoint cost?"))
        assert isinstance(new, NewReply)
        asked.append(new)
    transcripts = [
        Transcript(new.conversation, None, new.reply, "m", (Epoch(new.epochs[0].id),)) for new in asked
    ]
    growing = [SavedSoFar(transcript, row_chars) for transcript in transcripts]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    saving = 0.0
    for _ in range(seconds * A_SECOND):
        for transcript in transcripts:
            transcript.text.append(PIECE)
        pieces = [piece for each in growing if (piece := each.next_piece())]
        growth = [Growth(piece.epoch, piece.text_offset, piece.text, 0, "") for piece in pieces]
        began = time.process_time()
        save_growth(growth)
        saving += time.process_time() - began
        for each, piece in zip(growing, pieces, strict=True):
            each.saved(piece)
    pages = log_pages()
    began = time.process_time()
    for new, transcript in zip(asked, transcripts, strict=True):
        finish(new.reply, new.epochs[0].id, Outcome("complete", transcript.text.value(), "", "stop"))
    ending = time.process_time() - began
    times = seconds * A_SECOND
    return (
        f"a checkpoint {saving / times * 1e6:4.0f} µs, {pages / times:3.0f} pages; "
        f"an end {ending / replies * 1e6:5.0f} µs, {(log_pages() - pages) / replies:4.0f} pages"
    )


def log_pages() -> float:
    return DATABASE.with_name(f"{DATABASE.name}-wal").stat().st_size / PAGE


if __name__ == "__main__":
    main()
