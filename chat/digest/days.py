"""Days and months of a time zone. Pure."""

from datetime import UTC, date, datetime, timedelta, tzinfo

DAY = timedelta(days=1)


def begin_of(day: date, zone: tzinfo) -> datetime:
    """The moment at which a day begins there."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def day_of(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()


def month_of(day: date) -> tuple[date, date]:
    """Its first and its last day."""
    after = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day.replace(day=1), after - DAY


def days_from(first: date, last: date) -> list[date]:
    """All of them, both ends included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
