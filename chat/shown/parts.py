"""Which part of a long branch a page shows: its end, or what stands around, before or after a message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

SHOWN: Final = 40
"""Messages at once: more than a screen, and rendered in a few hundredths of a second."""
ABOVE: Final = 8
"""Of them, how many stand above the one that was asked for."""
LOOK: Final = 4
"""Messages among which a question is looked for: an imported conversation may have few of them."""
WAYS: Final = ("at", "beside", "before", "after", "from", "upto")
"""`beside`: around the version of this message that is on the active branch."""


@dataclass(frozen=True, slots=True)
class Place:
    """The message that the address names, and how the part lies to it: one of `WAYS`."""

    way: str
    message: str


def place_in(query: Mapping[str, str]) -> Place | None:
    """The place that an address asks for; None is the end."""
    return next((Place(way, query[way].lower()) for way in WAYS if query.get(way)), None)


def part_of(path: Sequence[Mapping[str, Any]], place: Place | None) -> slice:
    """What to show of a branch; without a place its end. A question and the reply to it stay together."""
    places = {message["id"]: number for number, message in enumerate(path)}
    if place is None or place.message not in places:
        return slice(_question(path, len(path) - SHOWN, -1), len(path))
    number = places[place.message]
    match place.way:
        case "from":
            return slice(number, len(path))
        case "before":
            return slice(_question(path, number - SHOWN, -1), number)
        case "after":
            return slice(number + 1, _question(path, number + 1 + SHOWN, +1))
        case "upto":
            return slice(_question(path, number + 1 - SHOWN, -1), number + 1)
        case _:
            start = _question(path, min(number - ABOVE, len(path) - SHOWN), -1)
            return slice(start, _question(path, max(start + SHOWN, number + 1), +1))


def _question(path: Sequence[Mapping[str, Any]], number: int, step: int) -> int:
    """The place of a question, here or a few steps on; or an end of the branch."""
    for near in range(number, number + LOOK * step, step):
        if not 0 <= near < len(path):
            return 0 if near < 0 else len(path)
        if path[near]["role"] == "user":
            return near
    return number
