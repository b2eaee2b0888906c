"""Values to the geometry of charts, in units of an SVG's viewBox. Pure: colours and words are elsewhere."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 200
LEFT: Final = 44
"""For the numbers of the scale."""
BOTTOM: Final = 22
TOP: Final = 8
RIGHT: Final = 16
"""So that the last day's name is not cut off."""
LABELS: Final = 12
"""At most so many days are named below the bars."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a column: `series` says of what."""

    column: int
    series: str
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    value: int
    y: float


@dataclass(frozen=True, slots=True)
class Label:
    column: int
    x: float


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of stacked bars over a scale."""

    bars: list[Bar]
    ticks: list[Tick]
    labels: list[Label]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM
    label_y: int = HEIGHT - 6


def columns(values: Sequence[Mapping[str, int]], series: Sequence[str]) -> Columns:
    """A column for each mapping, its parts in the order of `series` from the bottom up."""
    ticks = scale(max((sum(column.values()) for column in values), default=0))
    top = ticks[-1]
    room = HEIGHT - TOP - BOTTOM
    step = (WIDTH - LEFT - RIGHT) / max(len(values), 1)
    gap = min(step * 0.2, 6.0)
    bars: list[Bar] = []
    for place, column in enumerate(values):
        base = float(HEIGHT - BOTTOM)
        for name in series:
            if not (value := column.get(name, 0)):
                continue
            height = room * value / top
            base -= height
            x = LEFT + place * step + gap / 2
            bars.append(Bar(place, name, value, _(x), _(base), _(step - gap), _(height)))
    every = max(1, math.ceil(len(values) / LABELS))
    labels = [
        Label(place, _(LEFT + (place + 0.5) * step))
        for place in range(len(values))
        if (len(values) - 1 - place) % every == 0
    ]
    return Columns(bars, [Tick(tick, _(HEIGHT - BOTTOM - room * tick / top)) for tick in ticks], labels)


def scale(largest: int) -> list[int]:
    """Three to six round numbers from 0 to at least the largest value."""
    if largest <= 4:
        return list(range(max(largest, 1) + 1))
    rough = largest / 4
    power = 10 ** math.floor(math.log10(rough))
    step = next(int(factor * power) for factor in (1, 2, 5, 10) if factor * power >= rough)
    return list(range(0, largest + step, step))


def share(value: float | None, largest: float) -> float:
    """Percent of the longest bar; what is there at all can be seen."""
    if not value or largest <= 0:
        return 0.0
    return _(max(100 * value / largest, 0.5))


def _(number: float) -> float:
    """A hundredth of a unit is finer than any screen."""
    return round(number, 2)
