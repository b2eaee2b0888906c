"""What the replies of some time come to, by model: a value that is added up, and kept as JSON. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class ModelSums:
    """Times and speeds are histograms of rounded numbers: how often each was seen."""

    ends: Counter[str] = field(default_factory=Counter)
    causes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Of replies that ended otherwise than by themselves: status, and why."""
    first_ms: Counter[int] = field(default_factory=Counter)
    speed: Counter[int] = field(default_factory=Counter)
    """Tenths of a token a second."""
    liked: int = 0
    disliked: int = 0
    owners: dict[int, list[int]] = field(default_factory=dict)
    """Of each user: replies, tokens read, tokens written."""

    def use(self, owner: int, replies: int, read: int, written: int) -> None:
        mine = self.owners.get(owner)
        if mine is None:
            self.owners[owner] = [replies, read, written]
        else:
            mine[0] += replies
            mine[1] += read
            mine[2] += written

    def add(self, other: "ModelSums") -> None:
        for mine, more in (
            (self.ends, other.ends),
            (self.causes, other.causes),
            (self.first_ms, other.first_ms),
            (self.speed, other.speed),
        ):
            mine.update(more)  # type: ignore[arg-type]
        self.liked += other.liked
        self.disliked += other.disliked
        for owner, (replies, read, written) in other.owners.items():
            self.use(owner, replies, read, written)

    def as_json(self) -> dict[str, Any]:
        return {
            "ends": self.ends,
            "causes": [[*cause, count] for cause, count in self.causes.items()],
            "first_ms": self.first_ms,
            "speed": self.speed,
            "liked": self.liked,
            "disliked": self.disliked,
            "owners": self.owners,
        }

    @classmethod
    def of_json(cls, said: Mapping[str, Any]) -> "ModelSums":
        """JSON has no whole numbers as keys."""
        return cls(
            ends=Counter(said["ends"]),
            causes=Counter({(status, why): count for status, why, count in said["causes"]}),
            first_ms=Counter({int(key): count for key, count in said["first_ms"].items()}),
            speed=Counter({int(key): count for key, count in said["speed"].items()}),
            liked=said["liked"],
            disliked=said["disliked"],
            owners={int(key): use for key, use in said["owners"].items()},
        )


Sums = dict[str, ModelSums]
"""By the model's name."""


@dataclass(frozen=True, slots=True)
class DayCounts:
    """What the charts by day show of one day."""

    ends: dict[str, int]
    active: int


def add(sums: Sums, more: Sums) -> None:
    for model, one in more.items():
        sums.setdefault(model, ModelSums()).add(one)


def as_json(sums: Sums) -> dict[str, Any]:
    return {model: one.as_json() for model, one in sums.items()}


def of_json(said: Mapping[str, Any], model: str = "") -> Sums:
    """Of all models, or of one."""
    return {name: ModelSums.of_json(one) for name, one in said.items() if model in ("", name)}


def counts_of(sums: Sums) -> DayCounts:
    ends: Counter[str] = Counter()
    active: set[int] = set()
    for one in sums.values():
        ends.update(one.ends)
        active.update(one.owners)
    return DayCounts(dict(ends), len(active))


def rounded(number: int) -> int:
    """To two digits, at most 5 % away: a histogram of any number of times stays short.

    The order of numbers stays, so a percentile of rounded numbers is the rounded percentile.
    """
    if number < 100:
        return number
    step = int(10 ** (len(str(number)) - 2))
    return (number + step // 2) // step * step
