"""Which replies the figures are of: days of the site's zone, and perhaps one group or one model. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

LONGEST: Final = 366
"""Days: a bar for each must still be seen."""
QUARTER: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Span:
    start: date
    end: date
    """The last day, itself included."""
    group: int | None = None
    model: str = ""

    def days(self) -> list[date]:
        return [self.start + timedelta(days=number) for number in range((self.end - self.start).days + 1)]


def begin_of(day: date, zone: tzinfo) -> datetime:
    """The moment at which a day begins there."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def offsets(start: date, end: date, zone: tzinfo) -> list[tuple[datetime, int]]:
    """Minutes that clocks there are ahead of UTC, by the moment since which it is so; nearly always one."""
    found: list[tuple[datetime, int]] = []
    moment, last = begin_of(start, zone), begin_of(end + timedelta(days=1), zone)
    while moment < last:
        minutes = _ahead(moment, zone)
        if not found or found[-1][1] != minutes:
            found.append((moment, minutes))
        after = moment + timedelta(days=1)
        # Clocks are put forward or back at a quarter of an hour: looked for only on such a day.
        moment = after if _ahead(after, zone) == minutes else moment + QUARTER
    return found


def _ahead(moment: datetime, zone: tzinfo) -> int:
    return int((moment.astimezone(zone).utcoffset() or timedelta()).total_seconds() // 60)
