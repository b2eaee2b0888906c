"""What was found at one place: whether it is well, in a sentence, and what to do where it is not."""

from dataclasses import dataclass
from typing import Final, Literal

Level = Literal["ok", "warning", "problem"]
EXIT_CODES: Final[dict[Level, int]] = {"ok": 0, "warning": 1, "problem": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    level: Level
    says: str
    todo: str = ""


def ok(part: str, says: str) -> Finding:
    return Finding(part, "ok", says)


def warning(part: str, says: str, todo: str) -> Finding:
    """It works, and should not stay so."""
    return Finding(part, "warning", says, todo)


def problem(part: str, says: str, todo: str) -> Finding:
    """It does not work."""
    return Finding(part, "problem", says, todo)


def worst(findings: list[Finding]) -> Level:
    return max((one.level for one in findings), key=lambda level: EXIT_CODES[level], default="ok")
