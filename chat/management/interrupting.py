"""Commands that write: a signal ends them in order, with no half file left."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

INTERRUPTED: Final = 130
"""The exit code of a command that somebody ended."""


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM ends it as Ctrl-C does: by `KeyboardInterrupt`."""

    def interrupt(*_of_signal: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
