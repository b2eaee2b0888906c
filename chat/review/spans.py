"""Which replies the figures are of: days of the site's zone, and perhaps one group or one model. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from chat.digest.days import days_from

LONGEST: Final = 366
"""Days: a bar for each must still be seen."""


@dataclass(frozen=True, slots=True)
class Span:
    start: date
    end: date
    """The last day, itself included."""
    group: int | None = None
    model: str = ""

    def days(self) -> list[date]:
        return days_from(self.start, self.end)
