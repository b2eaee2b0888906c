"""A cancellation that a library took for its own.

redis does so in some of the steps in which it connects; and what it raises while it lets go of a connection
takes the place of one. Whoever waits for the end of the task that was cancelled would wait for ever.
"""

import asyncio


def times_cancelled() -> int:
    """The running task, so far: who lets go of something behind a cancellation may go on."""
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


def end_if_cancelled(since: int = 0, error: Exception | None = None) -> None:
    """Raises `CancelledError` where the task was cancelled since it was so many times; `error` came of it."""
    if times_cancelled() > since:
        raise asyncio.CancelledError from error
