"""Cutting a large write into pieces that a server will not cut again."""

from collections.abc import Iterable, Iterator

LIMIT = 2**16
"""Bytes. Django's handler cuts what is longer itself, without a look at the characters."""
_LONGEST_CHARACTER = 4


def pieces(data: bytes, limit: int = LIMIT) -> Iterable[bytes]:
    """UTF-8 in pieces of at most `limit` bytes, never cut inside a character; none where there is nothing."""
    if 0 < len(data) <= limit:
        return (data,)
    return _cut(data, limit)


def _cut(data: bytes, limit: int) -> Iterator[bytes]:
    assert limit >= _LONGEST_CHARACTER
    begin = 0
    while len(data) - begin > limit:
        end = begin + limit
        while data[end] & 0b1100_0000 == 0b1000_0000:  # a byte inside a character
            end -= 1
        yield data[begin:end]
        begin = end
    if begin < len(data):
        yield data[begin:] if begin else data
