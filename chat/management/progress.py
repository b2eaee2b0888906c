"""A bar on a terminal that says how far a command is. Elsewhere it is silent."""

import time
from types import TracebackType
from typing import Final, Self, TextIO

WIDTH: Final = 30
EVERY: Final = 0.2
"""Seconds between two looks of the bar."""
NOTED: Final = 1.0


class Progress:
    def __init__(self, total: int, out: TextIO) -> None:
        self._total = total
        self._out = out
        self._is_shown = out.isatty()
        self._began = self._shown = self._noted = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_shown:
            self._out.write("\r\033[K")
            self._out.flush()

    @property
    def is_time(self) -> bool:
        """Once a second: time to tell others, too."""
        now = time.monotonic()
        if now - self._noted < NOTED:
            return False
        self._noted = now
        return True

    def show(self, done: int) -> None:
        now = time.monotonic()
        if not self._is_shown or now - self._shown < EVERY:
            return
        self._shown = now
        share = min(done / self._total, 1.0) if self._total else 1.0
        bar = "█" * round(share * WIDTH)
        left = (now - self._began) * (1 - share) / share if share else 0.0
        self._out.write(
            f"\r\033[K{bar:░<{WIDTH}} {share:4.0%}  {done:,} of {self._total:,}, {left:,.0f} s to go"
        )
        self._out.flush()
