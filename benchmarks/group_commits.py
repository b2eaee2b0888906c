"""What asks and ends cost on SQLite, each in a commit of its own and several in one.

`python benchmarks/group_commits.py` makes a database in a temporary folder.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchmarks.scratch_site import origin
from chat.actions.ask import Question, ask
from chat.actions.finish import Outcome, finish
from chat.actions.new_reply import NewReply
from chat.group_commit import commit_together

SIZES, ROUNDS, TIMES = (1, 2, 4, 10), 9, 40


def main() -> None:
    asker = origin()
    asked: list[NewReply] = []

    def ask_one() -> None:
        new = ask(asker, Question("What does a question cost?"))
        assert isinstance(new, NewReply)
        asked.append(new)

    def end_one() -> None:
        new = asked.pop()
        finish(new.reply, new.epochs[0].id, Outcome("complete", "Less in company.", "", "stop"))

    for size in SIZES:
        costs = [(cost(ask_one, size), cost(end_one, size)) for _ in range(ROUNDS)]
        ask_cost, end_cost = (median(column) for column in zip(*costs, strict=True))
        print(f"{size:3} in a commit: an ask {ask_cost:4.0f} µs, an end {end_cost:4.0f} µs", flush=True)


def cost(step: Callable[[], None], size: int) -> float:
    """Microseconds of CPU for each."""
    began = time.process_time()
    for _ in range(TIMES):
        if size == 1:
            step()
        else:
            commit_together([step] * size)
    return (time.process_time() - began) / TIMES / size * 1e6


if __name__ == "__main__":
    main()
