"""The course of one upstream call: what came when, as points and as stretches between them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

WIDTH: Final = 1000
"""Of the drawing, in its own units: places are whole numbers."""

POINTS: Final = (
    ("asked", "created"),
    ("sent", "started"),
    ("first_token", "first_token"),
    ("first_text", "first_text"),
    ("ended", "ended"),
)
"""In the order in which they come: what a point is called, and the field of the completion."""


@dataclass(frozen=True, slots=True)
class Point:
    name: str
    seconds: float
    """Since it was asked."""
    x: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one point to the next that is known, named for how it begins: `asked` is the wait for a place."""

    name: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Timeline:
    points: tuple[Point, ...]
    stretches: tuple[Stretch, ...]


def timeline_of(completion: Mapping[str, Any]) -> Timeline:
    """Of a completion that `chat.access.completions` described. What did not come has no point."""
    moments = [
        (name, datetime.fromisoformat(completion[field])) for name, field in POINTS if completion[field]
    ]
    if not moments:
        return Timeline((), ())
    begin, end = moments[0][1], max(moment for _name, moment in moments)
    whole = (end - begin).total_seconds()
    points = []
    for name, moment in moments:
        # Clocks of two servers need not agree: nothing comes before it was asked.
        seconds = max((moment - begin).total_seconds(), 0.0)
        points.append(Point(name, seconds, round(WIDTH * seconds / whole) if whole > 0 else 0))
    stretches = tuple(
        Stretch(here.name, here.x, there.x - here.x) for here, there in pairwise(points) if there.x > here.x
    )
    return Timeline(tuple(points), stretches)
