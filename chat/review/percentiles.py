"""Exact percentiles from a histogram: how often each whole number was seen. Pure."""

from collections.abc import Mapping


def percentile(counts: Mapping[int, int], share: float) -> int | None:
    """The smallest value that at least this share of all is not above; None of nothing.

    As PostgreSQL's `percentile_disc`: a value that was seen, nothing in between.
    """
    total = sum(counts.values())
    if not total:
        return None
    needed = share * total
    seen = 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= needed:
            return value
    raise AssertionError("a share is at most 1")
