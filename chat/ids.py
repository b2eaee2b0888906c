"""Identifiers that sort by the time they were made and give nothing else away."""

import os
import threading
import time
from uuid import UUID

_NANOSECONDS_PER_MILLISECOND = 1_000_000
STEP = 245
"""Nanoseconds: the least that shows in an id, 1/4096 of a millisecond."""
_last = 0
_lock = threading.Lock()


def new_id() -> UUID:
    """A version 7 UUID (RFC 9562, section 5.7; method 3: the fraction of the millisecond follows it).

    The twelve bits after the version hold the fraction of the millisecond, so that ids made by
    one process sort in the order they were made also within a millisecond and
    after the clock was set back; the other 62 bits are random.
    """
    return id_at(_next_moment())


def id_at(nanoseconds: int) -> UUID:
    """The id of what was made at another time, in nanoseconds since 1970; `STEP` apart they sort by it."""
    milliseconds, rest = divmod(nanoseconds, _NANOSECONDS_PER_MILLISECOND)
    fraction = rest * 4096 // _NANOSECONDS_PER_MILLISECOND
    random = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random)


def _next_moment() -> int:
    """Now, in nanoseconds; but always later than the time before, whatever the clock does."""
    global _last
    with _lock:
        _last = max(time.time_ns(), _last + STEP)
        return _last
