"""What many open streams need, reckoned from what each step costs: `benchmarks/scale.py 10000 1000000`.

The figures below are what `steps.py` and `crowd.py` printed for docs/scaling.md; put your own in their place.
What a token costs a process changes most and is asked for: `--token 75` (µs), from docs/performance.md.
"""

import argparse
from dataclasses import dataclass
from typing import Final

# What people do
TOKENS_A_SECOND: Final = 5
SECONDS_A_REPLY: Final = 30
ELSEWHERE: Final = 0.05  # of all streams: followed through another process than the one that runs the reply
BUSY: Final = 0.7  # of a core, at most


@dataclass(frozen=True, slots=True)
class Step:
    """µs of a process and of PostgreSQL, bytes of WAL."""

    process: float
    postgres: float
    wal: float


@dataclass(frozen=True, slots=True)
class Said:
    """A message through Redis: µs to send, to hear, and of Redis; bytes in."""

    send: float
    hear: float
    redis: float
    size: float


# What steps.py prints
ASK: Final = Step(557, 750, 2868)
SAVE: Final = Step(4, 20, 430)  # a reply's share of a checkpoint of a hundred
END: Final = Step(669, 750, 2434)
LATER: Final = Step(354, 350, 3259)  # its words, and what reviewers see of it
TOKEN_ELSEWHERE: Final = Said(55, 24, 20, 206)
CHANGE: Final = Said(55, 25, 20, 216)
CHANGES_A_REPLY: Final = 3  # it began, it ended, it has a title
# What crowd.py prints
MIB_A_STREAM: Final = 0.085
MIB_A_SOCKET: Final = 0.034


def reckon(streams: int, token: float, checkpoint_seconds: float) -> None:
    asks = streams / SECONDS_A_REPLY
    rows = streams * min(1 / checkpoint_seconds, TOKENS_A_SECOND)
    away, changes = streams * ELSEWHERE * TOKENS_A_SECOND, asks * CHANGES_A_REPLY
    tokens = streams * TOKENS_A_SECOND * token
    saving = rows * SAVE.process + asks * (ASK.process + END.process + LATER.process)
    relaying = away * (TOKEN_ELSEWHERE.send + TOKEN_ELSEWHERE.hear) + changes * CHANGE.send
    work = (tokens + saving + relaying) / 1e6
    left = BUSY - changes * CHANGE.hear / 1e6  # each process hears all changes
    postgres = (rows * SAVE.postgres + asks * (ASK.postgres + END.postgres + LATER.postgres)) / 1e6
    wal = rows * SAVE.wal + asks * (ASK.wal + END.wal + LATER.wal)
    redis = (away * TOKEN_ELSEWHERE.redis + changes * CHANGE.redis) / 1e6
    came = away * TOKEN_ELSEWHERE.size + changes * CHANGE.size
    print(f"{streams:,} streams, a checkpoint every {checkpoint_seconds} s, {token:.0f} µs a token")
    print(f"  asks a second {asks:,.0f}; rows of checkpoints a second {rows:,.0f}")
    parts = f"tokens {tokens / 1e6:,.1f}, saving {saving / 1e6:,.1f}"
    print(f"  work of processes: {work:,.1f} cores, of which {parts}")
    if left > 0:
        count = work / left
        went = away * TOKEN_ELSEWHERE.size + changes * CHANGE.size * count
        print(f"  so {count:,.0f} processes, each {BUSY - left:.2f} of a core for others' changes alone")
        print(f"  Redis: {redis:.2f} cores, {came / 1e6:.1f} MB/s in, {went / 1e6:.1f} MB/s out")
    else:
        print(f"  but to hear all changes each process needs {BUSY - left:.1f} cores: not as one site")
    print(f"  PostgreSQL: {postgres:,.1f} cores, {wal / 1e6:,.0f} MB of WAL a second")
    of_streams, of_sockets = streams * MIB_A_STREAM / 1024, streams * MIB_A_SOCKET / 1024
    print(f"  memory: {of_streams:,.1f} GiB for the streams, {of_sockets:,.1f} GiB for as many idle sockets")


def walls(checkpoint_seconds: float) -> None:
    each = min(1 / checkpoint_seconds, TOKENS_A_SECOND) * SAVE.postgres
    each += (ASK.postgres + END.postgres + LATER.postgres) / SECONDS_A_REPLY
    bears = f"A core of PostgreSQL bears {1e6 / each:,.0f} streams"
    print(f"{bears} with a checkpoint every {checkpoint_seconds} s.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("streams", type=int, nargs="*", default=[10_000, 1_000_000])
    parser.add_argument("--token", type=float, default=100.0)
    given = parser.parse_args()
    for streams in given.streams:
        for checkpoint_seconds in (0.1, 1.0):
            reckon(streams, given.token, checkpoint_seconds)
    for checkpoint_seconds in (0.1, 1.0):
        walls(checkpoint_seconds)
    most = BUSY * 1e6 / CHANGES_A_REPLY / CHANGE.hear
    streams = most * SECONDS_A_REPLY
    print(f"Beyond {most:,.0f} asks a second, {streams:,.0f} streams, a process does nothing but hear.")


if __name__ == "__main__":
    main()
